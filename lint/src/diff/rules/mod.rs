//! The rules about two versions, a file each. A rule is declared by its `mod` line and
//! registered by one line in `rules!`, which creates the entry and its test. The compiler tells a rule
//! that has only one of the two.

mod d001_command_removed;
mod d002_number_changed;
mod d003_size_grew;
mod d004_member_changed;
mod d005_sign_changed;
mod d006_enumerator_renumbered;
mod d007_reserved_used;
mod d008_flexible_array_made_real;
mod d009_header_removed;
mod d010_one_abi_only;
mod d011_not_compared;
mod d012_constant_changed;
mod d013_type_removed;
mod words;

crate::registry::rules! {
    crate::diff::DiffRule:
    d001_command_removed::COMMAND_REMOVED,
    d002_number_changed::NUMBER_CHANGED,
    d003_size_grew::SIZE_GREW,
    d004_member_changed::MEMBER_CHANGED,
    d005_sign_changed::SIGN_CHANGED,
    d006_enumerator_renumbered::ENUMERATOR_RENUMBERED,
    d007_reserved_used::RESERVED_USED,
    d008_flexible_array_made_real::FLEXIBLE_ARRAY_MADE_REAL,
    d009_header_removed::HEADER_REMOVED,
    d010_one_abi_only::ONE_ABI_ONLY,
    d011_not_compared::NOT_COMPARED,
    d012_constant_changed::CONSTANT_CHANGED,
    d013_type_removed::TYPE_REMOVED,
}

#[cfg(test)]
mod fixture_test;
