//! The rules, a file each. A rule is registered by one line in [`rules!`], which creates the
//! entry and its test.

/// Declares the modules, the registry, and a test per rule that runs its fixtures.
macro_rules! rules {
    ($($module:ident::$rule:ident),* $(,)?) => {
        $(mod $module;)*

        /// Every rule, by code.
        pub static RULES: &[&crate::Rule] = &[$(&$module::$rule),*];

        #[cfg(test)]
        mod fixtures {
            $(
                #[test]
                fn $module() {
                    super::fixture_test::run(&super::$module::$rule);
                }
            )*
        }
    };
}

rules![
    l001_implicit_hole::IMPLICIT_HOLE,
    c001_compat_alignment::COMPAT_ALIGNMENT,
    c002_compat_word_size::COMPAT_WORD_SIZE,
    c003_x32_differs::X32_DIFFERS,
    c004_m68k_differs::M68K_DIFFERS,
    c005_oabi_differs::OABI_DIFFERS,
    c006_conditional_member::CONDITIONAL_MEMBER,
    v001_cannot_grow::CANNOT_GROW,
    v002_size_not_first::SIZE_NOT_FIRST,
    v003_no_room::NO_ROOM,
    v005_version_member::VERSION_MEMBER,
];

#[cfg(test)]
mod fixture_test;
