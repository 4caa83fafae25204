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

rules![l001_implicit_hole::IMPLICIT_HOLE,];

#[cfg(test)]
mod fixture_test;
