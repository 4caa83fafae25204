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
    n001_sizeof_as_type::SIZEOF_AS_TYPE,
    n002_pointer_as_type::POINTER_AS_TYPE,
    n003_size_overflow::SIZE_OVERFLOW,
    n004_size_not_portable::SIZE_NOT_PORTABLE,
    n005_io_with_argument::IO_WITH_ARGUMENT,
    n006_none_with_size::NONE_WITH_SIZE,
    n007_raw_number::RAW_NUMBER,
    n008_duplicate_command::DUPLICATE_COMMAND,
    n009_shared_nr::SHARED_NR,
    n010_cross_header_collision::CROSS_HEADER_COLLISION,
    n011_unregistered_type::UNREGISTERED_TYPE,
    n013_direction_by_name::DIRECTION_BY_NAME,
    n016_number_varies::NUMBER_VARIES,
    n017_hard_coded_number::HARD_CODED_NUMBER,
];

#[cfg(test)]
mod fixture_test;
