//! What of an ABI a file's text depends on, found from the macros that it mentions: two ABIs that
//! agree in all of a file's features read the same text, and one parse serves both.

use ioctlkit_abi::{ABIS, Abi, AbiId, AbiSet, ByteOrder};

use crate::c::discover::Tree;
use crate::c::files::Files;
use crate::c::lex::names;
use crate::c::lex::names::ByName;
use crate::c::lex::scan::{Define, tokens};

mod learning;

use learning::Learning;

/// A set of properties of an ABI, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub(crate) struct Features(u128);

const LONG: Features = Features(1);
const POINTER: Features = Features(1 << 1);
const BYTE_ORDER: Features = Features(1 << 2);
const ARCHITECTURE: Features = Features(1 << 3);
const INT128: Features = Features(1 << 4);
const CHAR: Features = Features(1 << 5);
const ALIGN_64: Features = Features(1 << 6);
const FIRST_PREDEFINED: u32 = 7;

impl Features {
    fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the text is the same for every ABI.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The macros that tell ABIs apart, with what they tell.
struct Known {
    macros: ByName<Features>,
    predefined: Vec<&'static str>,
}

impl Known {
    fn new() -> Self {
        let mut predefined: Vec<&'static str> = ABIS
            .iter()
            .flat_map(|abi| abi.predefined)
            .map(|definition| name_of(definition))
            .collect();
        predefined.sort_unstable();
        predefined.dedup();
        let mut macros = ByName::default();
        for (index, name) in predefined.iter().enumerate() {
            macros.insert(names::hash(name), Features(1 << (FIRST_PREDEFINED + index as u32)));
        }
        for (features, names) in [
            (LONG, &["__BITS_PER_LONG", "BITS_PER_LONG", "__SIZEOF_LONG__", "__LONG_WIDTH__"][..]),
            (POINTER, &["__SIZEOF_POINTER__", "__SIZEOF_SIZE_T__", "__WORDSIZE"]),
            (
                BYTE_ORDER,
                &[
                    "__BYTE_ORDER__",
                    "__BYTE_ORDER",
                    "BYTE_ORDER",
                    "__LITTLE_ENDIAN",
                    "__BIG_ENDIAN",
                    "__LITTLE_ENDIAN_BITFIELD",
                    "__BIG_ENDIAN_BITFIELD",
                ],
            ),
            (INT128, &["__SIZEOF_INT128__"]),
            (CHAR, &["__CHAR_UNSIGNED__"]),
        ] {
            for name in names {
                macros.insert(names::hash(name), features);
            }
        }
        Self { macros, predefined }
    }

    /// What any of these names tells, each given as its hash.
    fn of_all(&self, names: &[u64]) -> Features {
        let known = names.iter().filter_map(|name| self.macros.get(name));
        known.fold(Features::default(), |all, features| all.union(*features))
    }
}

fn name_of(definition: &str) -> &str {
    definition.split_once('=').map_or(definition, |(name, _)| name)
}

/// Works out the features of every file.
pub(crate) fn assign(files: &mut Files, tree: &Tree) {
    let known = Known::new();
    for file in &mut files.loaded {
        file.scan.mark_regions(|word| known.macros.contains_key(&word));
    }
    let known = Learning::new(known, files).run(tree);
    for file in &mut files.loaded {
        file.features = known.of_all(&file.scan.identifiers);
        let by_size = |define: &Define| {
            let body = file.slice(&define.body);
            chooses_by_size(body) || (define.parameters.is_some() && sizes_an_array(body))
        };
        if file.scan.defines.iter().any(by_size) {
            file.features = file.features.union(LONG).union(POINTER).union(ALIGN_64);
        }
    }
}

/// The compiler's own ways to choose by a type.
const CHOOSERS: [&str; 3] = ["__builtin_choose_expr", "__builtin_types_compatible_p", "_Generic"];

/// `sizeof(time_t) == 8 ? A : B`: which one it is depends on the ABI.
fn chooses_by_size(text: &str) -> bool {
    // Most texts have neither, and need not be taken apart.
    let uses = |wanted: &str| tokens(text).any(|(_, token)| token.text() == wanted);
    (text.contains('?') && text.contains("sizeof") && uses("?") && uses("sizeof"))
        || CHOOSERS.iter().any(|chooser| text.contains(chooser))
}

/// `type name[(bits) / sizeof(long)]`: the bound stands in a macro, where it is not read as text.
fn sizes_an_array(text: &str) -> bool {
    text.contains('[') && text.contains("sizeof")
}

/// Answers which ABIs read a file alike.
#[derive(Debug)]
pub(crate) struct AbiPartition {
    /// For each ABI, a number for each bit of [`Features`]: equal numbers, equal answers.
    answers: Vec<Vec<u32>>,
}

impl AbiPartition {
    pub(crate) fn new(tree: &Tree) -> Self {
        let known = Known::new();
        let answers = ABIS.iter().map(|abi| answers(abi, &known.predefined, tree)).collect();
        Self { answers }
    }

    /// The ABIs of `among` that read a file with these features as `abi` does.
    pub(crate) fn alike(&self, features: Features, abi: AbiId, among: AbiSet) -> AbiSet {
        if features.is_empty() {
            return among;
        }
        let mine = &self.answers[abi.index()];
        among
            .iter()
            .filter(|other| {
                let theirs = &self.answers[other.index()];
                (0..mine.len()).all(|bit| features.0 & (1 << bit) == 0 || mine[bit] == theirs[bit])
            })
            .collect()
    }
}

fn answers(abi: &Abi, predefined: &[&str], tree: &Tree) -> Vec<u32> {
    let architectures = crate::c::discover::architectures();
    // Architectures without an `asm/` folder of their own share the stand-ins.
    let architecture = if tree.has_asm_of(abi.kernel_arch) {
        architectures.iter().position(|arch| *arch == abi.kernel_arch).map_or(0, |at| at + 1)
    } else {
        0
    };
    let mut answers = vec![
        u32::from(abi.long_size),
        u32::from(abi.pointer_size),
        u32::from(abi.byte_order == ByteOrder::Big),
        architecture as u32,
        u32::from(abi.has_int128),
        u32::from(abi.char_signed),
        u32::from(abi.under_aligns_64_bit()),
    ];
    for name in predefined {
        let value = abi.predefined.iter().find(|definition| name_of(definition) == *name);
        // The position of a value among all values that any ABI gives it.
        let place = value.map_or(0, |value| {
            1 + ABIS
                .iter()
                .flat_map(|other| other.predefined)
                .position(|other| other == value)
                .unwrap_or(0)
        });
        answers.push(place as u32);
    }
    answers
}
