//! The functions of libclang that this front end uses, looked up once in the loaded library.
// libclang's functions keep their C names.
#![allow(non_snake_case, clippy::too_many_arguments)]

use std::ffi::{c_char, c_int, c_longlong, c_uint, c_ulonglong};
use std::sync::OnceLock;

use clang_sys::{
    CXClientData, CXCursor, CXCursorKind, CXCursorVisitor, CXDiagnostic, CXDiagnosticSeverity,
    CXErrorCode, CXEvalResult, CXEvalResultKind, CXFile, CXIndex, CXSourceLocation, CXSourceRange,
    CXString, CXTranslationUnit, CXTranslationUnit_Flags, CXType, CXUnsavedFile,
};
use libloading::Library;

static FUNCTIONS: OnceLock<Result<Functions, String>> = OnceLock::new();

/// Makes the functions below callable. What the first call finds, later ones answer too.
pub(super) fn load() -> Result<(), String> {
    FUNCTIONS.get_or_init(find).as_ref().map(|_| ()).map_err(Clone::clone)
}

/// The newest library that can be used, else the reason why the best one cannot.
fn find() -> Result<Functions, String> {
    let mut reason = None;
    for library in super::locate::libraries() {
        match Functions::of(&library) {
            Ok(functions) => return Ok(functions),
            Err(error) => {
                reason.get_or_insert(error);
            }
        }
    }
    Err(reason.unwrap_or_default())
}

/// Declares the table of functions, and a function for each that calls it. That the signatures are
/// libclang's is checked against `clang-sys`.
macro_rules! functions {
    ($($name:ident($($parameter:ident: $ty:ty),*) $(-> $answer:ty)?;)*) => {
        struct Functions {
            $($name: unsafe extern "C" fn($($ty),*) $(-> $answer)?,)*
            /// Never unloaded while its functions can be called.
            _library: Library,
        }

        impl Functions {
            fn of(path: &std::path::Path) -> Result<Self, String> {
                let shown = |error: libloading::Error| format!("{}: {error}", path.display());
                // SAFETY: loading runs the library's initializers, which libclang is made for. The
                // signatures are those of `clang-sys`, see the constants below, and the functions
                // are kept together with the library.
                unsafe {
                    let library = Library::new(path).map_err(shown)?;
                    Ok(Self {
                        $($name: *library
                            .get(concat!(stringify!($name), "\0").as_bytes())
                            .map_err(shown)?,)*
                        _library: library,
                    })
                }
            }
        }

        $(
            const _: unsafe fn($($ty),*) $(-> $answer)? = clang_sys::$name;

            /// See libclang's documentation.
            ///
            /// # Safety
            /// Handles have to be live, and pointers valid, as libclang says.
            pub(super) unsafe fn $name($($parameter: $ty),*) $(-> $answer)? {
                let Some(Ok(functions)) = FUNCTIONS.get() else {
                    unreachable!("libclang is called before it is loaded")
                };
                // SAFETY: left to the caller.
                unsafe { (functions.$name)($($parameter),*) }
            }
        )*
    };
}

functions! {
    clang_Cursor_Evaluate(cursor: CXCursor) -> CXEvalResult;
    clang_Cursor_getArgument(cursor: CXCursor, index: c_uint) -> CXCursor;
    clang_Cursor_getNumArguments(cursor: CXCursor) -> c_int;
    clang_Cursor_isAnonymous(cursor: CXCursor) -> c_uint;
    clang_Cursor_isAnonymousRecordDecl(cursor: CXCursor) -> c_uint;
    clang_Cursor_isBitField(cursor: CXCursor) -> c_uint;
    clang_Cursor_isNull(cursor: CXCursor) -> c_int;
    clang_EvalResult_dispose(result: CXEvalResult);
    clang_EvalResult_getAsLongLong(result: CXEvalResult) -> c_longlong;
    clang_EvalResult_getAsUnsigned(result: CXEvalResult) -> c_ulonglong;
    clang_EvalResult_getKind(result: CXEvalResult) -> CXEvalResultKind;
    clang_EvalResult_isUnsignedInt(result: CXEvalResult) -> c_uint;
    clang_Type_getAlignOf(ty: CXType) -> c_longlong;
    clang_Type_getNamedType(ty: CXType) -> CXType;
    clang_createIndex(exclude: c_int, display: c_int) -> CXIndex;
    clang_disposeDiagnostic(diagnostic: CXDiagnostic);
    clang_disposeIndex(index: CXIndex);
    clang_disposeString(string: CXString);
    clang_disposeTranslationUnit(unit: CXTranslationUnit);
    clang_equalTypes(left: CXType, right: CXType) -> c_uint;
    clang_getArrayElementType(ty: CXType) -> CXType;
    clang_getArraySize(ty: CXType) -> c_longlong;
    clang_getCString(string: CXString) -> *const c_char;
    clang_getCanonicalType(ty: CXType) -> CXType;
    clang_getClangVersion() -> CXString;
    clang_getCursorDefinition(cursor: CXCursor) -> CXCursor;
    clang_getCursorExtent(cursor: CXCursor) -> CXSourceRange;
    clang_getCursorLocation(cursor: CXCursor) -> CXSourceLocation;
    clang_getCursorReferenced(cursor: CXCursor) -> CXCursor;
    clang_getCursorSemanticParent(cursor: CXCursor) -> CXCursor;
    clang_getCursorSpelling(cursor: CXCursor) -> CXString;
    clang_getCursorType(cursor: CXCursor) -> CXType;
    clang_getDiagnostic(unit: CXTranslationUnit, index: c_uint) -> CXDiagnostic;
    clang_getDiagnosticLocation(diagnostic: CXDiagnostic) -> CXSourceLocation;
    clang_getDiagnosticSeverity(diagnostic: CXDiagnostic) -> CXDiagnosticSeverity;
    clang_getDiagnosticSpelling(diagnostic: CXDiagnostic) -> CXString;
    clang_getEnumConstantDeclUnsignedValue(cursor: CXCursor) -> c_ulonglong;
    clang_getEnumConstantDeclValue(cursor: CXCursor) -> c_longlong;
    clang_getEnumDeclIntegerType(cursor: CXCursor) -> CXType;
    clang_getExpansionLocation(
        location: CXSourceLocation, file: *mut CXFile, line: *mut c_uint, column: *mut c_uint,
        offset: *mut c_uint
    );
    clang_getFieldDeclBitWidth(cursor: CXCursor) -> c_int;
    clang_getFileName(file: CXFile) -> CXString;
    clang_getNumDiagnostics(unit: CXTranslationUnit) -> c_uint;
    clang_getPointeeType(ty: CXType) -> CXType;
    clang_getRangeEnd(range: CXSourceRange) -> CXSourceLocation;
    clang_getRangeStart(range: CXSourceRange) -> CXSourceLocation;
    clang_getSpellingLocation(
        location: CXSourceLocation, file: *mut CXFile, line: *mut c_uint, column: *mut c_uint,
        offset: *mut c_uint
    );
    clang_getTranslationUnitCursor(unit: CXTranslationUnit) -> CXCursor;
    clang_getTypeDeclaration(ty: CXType) -> CXCursor;
    clang_getTypeSpelling(ty: CXType) -> CXString;
    clang_getTypedefDeclUnderlyingType(cursor: CXCursor) -> CXType;
    clang_isCursorDefinition(cursor: CXCursor) -> c_uint;
    clang_isInvalid(kind: CXCursorKind) -> c_uint;
    clang_parseTranslationUnit2(
        index: CXIndex, file: *const c_char, arguments: *const *const c_char,
        argument_count: c_int, unsaved: *mut CXUnsavedFile, unsaved_count: c_uint,
        flags: CXTranslationUnit_Flags, unit: *mut CXTranslationUnit
    ) -> CXErrorCode;
    clang_visitChildren(
        cursor: CXCursor, visitor: CXCursorVisitor, data: CXClientData
    ) -> c_uint;
}
