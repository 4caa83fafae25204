//! The part of libclang that the front end needs, with its memory rules enforced.
// libclang's constants keep their C names, and its functions are many.
#![allow(non_upper_case_globals, clippy::wildcard_imports)]

use std::ffi::{CStr, CString, c_char, c_int, c_uint};
use std::path::PathBuf;
use std::ptr;

use clang_sys::{
    CXChildVisit_Continue, CXChildVisitResult, CXClientData, CXCursor, CXCursorKind,
    CXDiagnostic_Error, CXDiagnostic_Fatal, CXError_Success, CXEval_Int, CXFile, CXIndex,
    CXSourceLocation, CXString, CXTranslationUnit, CXTranslationUnit_KeepGoing, CXType, CXTypeKind,
    CXUnsavedFile,
};

use super::functions::*;

/// libclang, found and loaded: without it, nothing can be parsed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Library(());

impl Library {
    /// Finds and loads libclang: `LIBCLANG_PATH` first, then the usual places.
    pub(crate) fn load() -> Result<Self, String> {
        load().map(|()| Self(()))
    }

    /// What libclang says of itself.
    pub(crate) fn version(_: Self) -> String {
        // SAFETY: takes nothing.
        string(unsafe { clang_getClangVersion() })
    }
}

/// A file that exists only for the compiler.
#[derive(Debug, Clone)]
pub(crate) struct VirtualFile {
    pub(crate) path: CString,
    pub(crate) text: String,
}

/// A parsed translation unit.
#[derive(Debug)]
pub(crate) struct TranslationUnit {
    unit: CXTranslationUnit,
    index: CXIndex,
}

// SAFETY: libclang allows a translation unit to be used from any thread, as long as no two threads
// use it at once; the type is not `Sync` and not `Clone`.
unsafe impl Send for TranslationUnit {}

impl Drop for TranslationUnit {
    fn drop(&mut self) {
        // SAFETY: both were created by `parse`, are owned by this value, and are disposed of once,
        // the unit before its index as libclang demands.
        unsafe {
            clang_disposeTranslationUnit(self.unit);
            clang_disposeIndex(self.index);
        }
    }
}

/// An error of the compiler.
#[derive(Debug, Clone)]
pub(crate) struct Diagnostic {
    pub(crate) message: String,
    pub(crate) place: Option<RawPlace>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawPlace {
    pub(crate) file: RawFile,
    pub(crate) line: u32,
    pub(crate) offset: u32,
}

/// libclang's handle of a file, valid as long as its translation unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RawFile(CXFile);

impl RawFile {
    /// The path as it was opened.
    pub(crate) fn path(self) -> PathBuf {
        // SAFETY: the handle came from a location of a live translation unit.
        PathBuf::from(string(unsafe { clang_getFileName(self.0) }))
    }
}

impl TranslationUnit {
    /// Parses `main`, a virtual file. Errors in the text do not fail it.
    pub(crate) fn parse(
        _: Library,
        main: &CStr,
        arguments: &[CString],
        files: &[VirtualFile],
    ) -> Result<Self, String> {
        let arguments: Vec<*const c_char> = arguments.iter().map(|a| a.as_ptr()).collect();
        let mut unsaved: Vec<CXUnsavedFile> = files
            .iter()
            .map(|file| CXUnsavedFile {
                Filename: file.path.as_ptr(),
                Contents: file.text.as_ptr().cast(),
                Length: file.text.len() as _,
            })
            .collect();
        let options = CXTranslationUnit_KeepGoing;
        let mut unit = ptr::null_mut();
        // SAFETY: every pointer is into `main`, `arguments` or `files`, which outlive the call;
        // libclang copies what it keeps. Counts are the lengths of the arrays that are passed.
        let (code, index) = unsafe {
            let index = clang_createIndex(0, 0);
            let code = clang_parseTranslationUnit2(
                index,
                main.as_ptr(),
                arguments.as_ptr(),
                c_int::try_from(arguments.len()).unwrap_or(c_int::MAX),
                unsaved.as_mut_ptr(),
                unsaved.len() as c_uint,
                options,
                &raw mut unit,
            );
            (code, index)
        };
        if code != CXError_Success || unit.is_null() {
            // SAFETY: the index was just created and nothing else refers to it.
            unsafe { clang_disposeIndex(index) };
            return Err(format!("libclang could not parse the input (error {code})"));
        }
        Ok(Self { unit, index })
    }

    /// The errors of the compiler, warnings left out.
    pub(crate) fn errors(&self) -> Vec<Diagnostic> {
        let mut errors = Vec::new();
        // SAFETY: the unit is live, indices are below the count, and each diagnostic is disposed
        // of once, after its last use.
        unsafe {
            for index in 0..clang_getNumDiagnostics(self.unit) {
                let diagnostic = clang_getDiagnostic(self.unit, index);
                let severity = clang_getDiagnosticSeverity(diagnostic);
                if matches!(severity, CXDiagnostic_Error | CXDiagnostic_Fatal) {
                    errors.push(Diagnostic {
                        message: string(clang_getDiagnosticSpelling(diagnostic)),
                        place: expansion(clang_getDiagnosticLocation(diagnostic)),
                    });
                }
                clang_disposeDiagnostic(diagnostic);
            }
        }
        errors
    }

    /// The root of the tree.
    pub(crate) fn root(&self) -> Cursor<'_> {
        // SAFETY: the unit is live, and the cursor's lifetime ends before it.
        Cursor::new(unsafe { clang_getTranslationUnitCursor(self.unit) })
    }
}

/// A node of the syntax tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'tu> {
    raw: CXCursor,
    unit: std::marker::PhantomData<&'tu TranslationUnit>,
}

impl<'tu> Cursor<'tu> {
    fn new(raw: CXCursor) -> Self {
        Self { raw, unit: std::marker::PhantomData }
    }

    pub(crate) fn kind(self) -> CXCursorKind {
        self.raw.kind
    }

    pub(crate) fn spelling(self) -> String {
        // SAFETY: the cursor belongs to a live unit, as in every method of this type.
        string(unsafe { clang_getCursorSpelling(self.raw) })
    }

    pub(crate) fn ty(self) -> Ty<'tu> {
        // SAFETY: see `spelling`.
        Ty::new(unsafe { clang_getCursorType(self.raw) })
    }

    pub(crate) fn typedef_underlying(self) -> Ty<'tu> {
        // SAFETY: see `spelling`; libclang answers an invalid type for other kinds.
        Ty::new(unsafe { clang_getTypedefDeclUnderlyingType(self.raw) })
    }

    pub(crate) fn enum_integer(self) -> Ty<'tu> {
        // SAFETY: see `typedef_underlying`.
        Ty::new(unsafe { clang_getEnumDeclIntegerType(self.raw) })
    }

    /// The value of an enumerator; the sign follows the type of the enumeration.
    pub(crate) fn enumerator(self, signed: bool) -> i128 {
        // SAFETY: see `spelling`; the caller has an enumerator, else libclang answers a limit.
        unsafe {
            if signed {
                i128::from(clang_getEnumConstantDeclValue(self.raw))
            } else {
                i128::from(clang_getEnumConstantDeclUnsignedValue(self.raw))
            }
        }
    }

    pub(crate) fn bit_width(self) -> Option<u64> {
        // SAFETY: see `spelling`.
        unsafe {
            if clang_Cursor_isBitField(self.raw) == 0 {
                return None;
            }
            u64::try_from(clang_getFieldDeclBitWidth(self.raw)).ok()
        }
    }

    pub(crate) fn is_definition(self) -> bool {
        // SAFETY: see `spelling`.
        unsafe { clang_isCursorDefinition(self.raw) != 0 }
    }

    /// An anonymous structure or union whose members belong to the outer one.
    pub(crate) fn is_anonymous_member(self) -> bool {
        // SAFETY: see `spelling`.
        unsafe { clang_Cursor_isAnonymousRecordDecl(self.raw) != 0 }
    }

    pub(crate) fn is_anonymous(self) -> bool {
        // SAFETY: see `spelling`.
        unsafe { clang_Cursor_isAnonymous(self.raw) != 0 }
    }

    /// How many definitions lie around this one.
    pub(crate) fn depth(self) -> usize {
        // SAFETY: see `spelling`; a null cursor has a null parent, which is not valid.
        let parent =
            |cursor: Self| Self::valid(unsafe { clang_getCursorSemanticParent(cursor.raw) });
        std::iter::successors(parent(self), |cursor| parent(*cursor)).count()
    }

    pub(crate) fn referenced(self) -> Option<Self> {
        // SAFETY: see `spelling`.
        Self::valid(unsafe { clang_getCursorReferenced(self.raw) })
    }

    pub(crate) fn definition(self) -> Option<Self> {
        // SAFETY: see `spelling`.
        Self::valid(unsafe { clang_getCursorDefinition(self.raw) })
    }

    fn valid(raw: CXCursor) -> Option<Self> {
        // SAFETY: asks only for the kind that the cursor carries.
        let invalid = unsafe { clang_Cursor_isNull(raw) != 0 || clang_isInvalid(raw.kind) != 0 };
        (!invalid).then(|| Self::new(raw))
    }

    /// The same number for the same declaration within a unit.
    pub(crate) fn identity(self) -> usize {
        // For declarations, the first datum is the declaration itself.
        self.raw.data[0] as usize
    }

    /// Where the name is, or where the node begins, in the file that the text stands in.
    pub(crate) fn place(self) -> Option<RawPlace> {
        // SAFETY: see `spelling`.
        expansion(unsafe { clang_getCursorLocation(self.raw) })
    }

    /// Where the name was written: inside the macro that it came from, if it did.
    pub(crate) fn spelling_place(self) -> Option<RawPlace> {
        let (mut file, mut line, mut offset) = (ptr::null_mut(), 0, 0);
        // SAFETY: see `spelling`; the out-pointers are to locals.
        unsafe {
            clang_getSpellingLocation(
                clang_getCursorLocation(self.raw),
                &raw mut file,
                &raw mut line,
                ptr::null_mut(),
                &raw mut offset,
            );
        }
        (!file.is_null()).then_some(RawPlace { file: RawFile(file), line, offset })
    }

    /// The first byte and the byte past the end, in the file that the text stands in.
    pub(crate) fn extent(self) -> Option<(RawPlace, u32)> {
        // SAFETY: see `spelling`.
        unsafe {
            let range = clang_getCursorExtent(self.raw);
            let start = expansion(clang_getRangeStart(range))?;
            let end = expansion(clang_getRangeEnd(range))?;
            (start.file == end.file).then_some((start, end.offset))
        }
    }

    pub(crate) fn children(self) -> Vec<Self> {
        extern "C" fn collect(
            cursor: CXCursor,
            _parent: CXCursor,
            data: CXClientData,
        ) -> CXChildVisitResult {
            // SAFETY: `data` is the vector below, which lives across the visit and is not
            // touched otherwise until it ends.
            let found = unsafe { &mut *data.cast::<Vec<CXCursor>>() };
            found.push(cursor);
            CXChildVisit_Continue
        }
        let mut found: Vec<CXCursor> = Vec::new();
        // SAFETY: see `spelling`; the callback does not unwind.
        unsafe { clang_visitChildren(self.raw, collect, (&raw mut found).cast()) };
        found.into_iter().map(Self::new).collect()
    }

    /// The value of an integer constant expression.
    pub(crate) fn evaluate(self) -> Option<i128> {
        // SAFETY: see `spelling`; the result is disposed of once, after its last use.
        unsafe {
            let result = clang_Cursor_Evaluate(self.raw);
            if result.is_null() {
                return None;
            }
            let value = (clang_EvalResult_getKind(result) == CXEval_Int).then(|| {
                if clang_EvalResult_isUnsignedInt(result) == 0 {
                    i128::from(clang_EvalResult_getAsLongLong(result))
                } else {
                    i128::from(clang_EvalResult_getAsUnsigned(result))
                }
            });
            clang_EvalResult_dispose(result);
            value
        }
    }

    /// The arguments of a call.
    pub(crate) fn arguments(self) -> Vec<Self> {
        // SAFETY: see `spelling`; indices are below the count, which is negative for no call.
        unsafe {
            let count = clang_Cursor_getNumArguments(self.raw);
            (0..u32::try_from(count).unwrap_or(0))
                .map(|index| Self::new(clang_Cursor_getArgument(self.raw, index)))
                .collect()
        }
    }
}

/// A type as libclang has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ty<'tu> {
    raw: CXType,
    unit: std::marker::PhantomData<&'tu TranslationUnit>,
}

impl<'tu> Ty<'tu> {
    fn new(raw: CXType) -> Self {
        Self { raw, unit: std::marker::PhantomData }
    }

    pub(crate) fn kind(self) -> CXTypeKind {
        self.raw.kind
    }

    pub(crate) fn spelling(self) -> String {
        // SAFETY: the type belongs to a live unit, as in every method of this type.
        string(unsafe { clang_getTypeSpelling(self.raw) })
    }

    pub(crate) fn canonical(self) -> Self {
        // SAFETY: see `spelling`.
        Self::new(unsafe { clang_getCanonicalType(self.raw) })
    }

    pub(crate) fn pointee(self) -> Self {
        // SAFETY: see `spelling`.
        Self::new(unsafe { clang_getPointeeType(self.raw) })
    }

    pub(crate) fn element(self) -> Self {
        // SAFETY: see `spelling`.
        Self::new(unsafe { clang_getArrayElementType(self.raw) })
    }

    /// The bound of an array.
    pub(crate) fn count(self) -> Option<u64> {
        // SAFETY: see `spelling`.
        u64::try_from(unsafe { clang_getArraySize(self.raw) }).ok()
    }

    pub(crate) fn named(self) -> Self {
        // SAFETY: see `spelling`.
        Self::new(unsafe { clang_Type_getNamedType(self.raw) })
    }

    pub(crate) fn declaration(self) -> Option<Cursor<'tu>> {
        // SAFETY: see `spelling`.
        Cursor::valid(unsafe { clang_getTypeDeclaration(self.raw) })
    }

    /// Alignment on the target of the unit, in bytes.
    pub(crate) fn align(self) -> Option<u64> {
        // SAFETY: see `spelling`.
        u64::try_from(unsafe { clang_Type_getAlignOf(self.raw) }).ok()
    }

    pub(crate) fn same(self, other: Self) -> bool {
        // SAFETY: see `spelling`.
        unsafe { clang_equalTypes(self.raw, other.raw) != 0 }
    }
}

fn expansion(location: CXSourceLocation) -> Option<RawPlace> {
    let (mut file, mut line, mut offset) = (ptr::null_mut(), 0, 0);
    // SAFETY: the location came from a live unit; the out-pointers are to locals.
    unsafe {
        clang_getExpansionLocation(
            location,
            &raw mut file,
            &raw mut line,
            ptr::null_mut(),
            &raw mut offset,
        );
    }
    (!file.is_null()).then_some(RawPlace { file: RawFile(file), line, offset })
}

/// Copies and releases one of libclang's strings.
fn string(raw: CXString) -> String {
    // SAFETY: libclang hands over a string that is valid until it is disposed of, which happens
    // once, after the copy.
    unsafe {
        let text = clang_getCString(raw);
        let copy = if text.is_null() {
            String::new()
        } else {
            CStr::from_ptr(text).to_string_lossy().into_owned()
        };
        clang_disposeString(raw);
        copy
    }
}
