//! The rules, a file each. A rule is declared by its `mod` line, and registered by one line in
//! `rules!`, which creates the entry and its test. The compiler tells a rule that has only one of
//! the two. `rules!` does not make the modules itself: rustfmt and cargo-mutants would not see them.

mod c001_compat_alignment;
mod c002_compat_word_size;
mod c003_x32_differs;
mod c004_m68k_differs;
mod c005_oabi_differs;
mod c006_conditional_member;
mod h001_no_compat_ioctl;
mod h002_compat_ptr_with_incompatible;
mod h003_native_as_compat;
mod h004_scalar_through_compat_ptr;
mod h005_unknown_command_errno;
mod h006_hole_copied_out;
mod h007_reserved_copied_out;
mod h008_flags_not_checked;
mod h009_count_returned;
mod h010_prefix_copied;
mod h011_unbounded_product;
mod h012_fetched_twice;
mod h013_positive_return;
mod h014_member_cast_to_pointer;
mod h015_direction_contradicts;
mod h016_size_contradicts;
mod h017_compat_left_to_layer;
mod l001_implicit_hole;
mod l002_implicit_tail;
mod l003_long_member;
mod l004_pointer_member;
mod l005_size_t_member;
mod l006_time_member;
mod l007_enum_member;
mod l008_bitfield_member;
mod l009_plain_char_member;
mod l010_bool_member;
mod l011_unfixed_integer;
mod l012_misaligned_64;
mod l013_size_not_multiple_of_8;
mod l014_float_member;
mod l015_packed;
mod l016_fake_flexible_array;
mod l017_same_size_other_layout;
mod l018_endian_dependent_pad;
mod l019_not_self_contained;
mod l020_legacy_typedef;
mod n001_sizeof_as_type;
mod n002_pointer_as_type;
mod n003_size_overflow;
mod n004_size_not_portable;
mod n005_io_with_argument;
mod n006_none_with_size;
mod n007_raw_number;
mod n008_duplicate_command;
mod n009_shared_nr;
mod n010_cross_header_collision;
mod n011_unregistered_type;
mod n013_direction_by_name;
mod n016_number_varies;
mod n017_hard_coded_number;
mod n018_own_encoder;
mod n019_sign_extended;
mod o001_object_differs_from_header;
mod o002_fops_without_compat;
mod o003_embedded_abi_differs;
mod p001_argument_width;
mod p002_struct_by_value;
mod p003_pointer_to_pointer;
mod p004_missing_argument;
mod p005_pointer_for_value;
mod p006_other_structure;
mod p007_reserved_not_cleared;
mod r001_missing_repr;
mod r002_word_sized_member;
mod r003_invalid_bit_patterns;
mod r004_oversized_request;
mod r005_differs_from_header;
mod r006_hard_coded_request;
mod r007_wrong_argument;
mod u001_command_not_understood;
mod u002_layout_unknown;
mod u003_header_not_read;
mod u004_request_not_known;
mod u005_code_not_understood;
mod u006_argument_not_known;
mod u007_call_not_understood;
mod v001_cannot_grow;
mod v002_size_not_first;
mod v003_no_room;
mod v005_version_member;

// What `causes` asks for by name.
pub(crate) use c001_compat_alignment::COMPAT_ALIGNMENT;
pub(crate) use c002_compat_word_size::COMPAT_WORD_SIZE;
pub(crate) use c003_x32_differs::X32_DIFFERS;
pub(crate) use c004_m68k_differs::M68K_DIFFERS;
pub(crate) use c005_oabi_differs::OABI_DIFFERS;
pub(crate) use l001_implicit_hole::IMPLICIT_HOLE;
pub(crate) use l002_implicit_tail::IMPLICIT_TAIL;
pub(crate) use l003_long_member::LONG_MEMBER;
pub(crate) use l004_pointer_member::POINTER_MEMBER;
pub(crate) use l005_size_t_member::SIZE_T_MEMBER;
pub(crate) use l006_time_member::TIME_MEMBER;
pub(crate) use l012_misaligned_64::MISALIGNED_64;
pub(crate) use l013_size_not_multiple_of_8::SIZE_NOT_MULTIPLE_OF_8;
pub(crate) use l015_packed::PACKED;
pub(crate) use l017_same_size_other_layout::SAME_SIZE_OTHER_LAYOUT;
pub(crate) use l019_not_self_contained::NOT_SELF_CONTAINED;
pub(crate) use l020_legacy_typedef::LEGACY_TYPEDEF;
pub(crate) use n001_sizeof_as_type::SIZEOF_AS_TYPE;
pub(crate) use n002_pointer_as_type::POINTER_AS_TYPE;
pub(crate) use n016_number_varies::NUMBER_VARIES;
pub(crate) use r002_word_sized_member::WORD_SIZED_MEMBER;
pub(crate) use u001_command_not_understood::COMMAND_NOT_UNDERSTOOD;
pub(crate) use u002_layout_unknown::LAYOUT_UNKNOWN;

crate::registry::rules! {
    crate::Rule:
    c001_compat_alignment::COMPAT_ALIGNMENT,
    c002_compat_word_size::COMPAT_WORD_SIZE,
    c003_x32_differs::X32_DIFFERS,
    c004_m68k_differs::M68K_DIFFERS,
    c005_oabi_differs::OABI_DIFFERS,
    c006_conditional_member::CONDITIONAL_MEMBER,
    h001_no_compat_ioctl::NO_COMPAT_IOCTL,
    h002_compat_ptr_with_incompatible::COMPAT_PTR_WITH_INCOMPATIBLE,
    h003_native_as_compat::NATIVE_AS_COMPAT,
    h004_scalar_through_compat_ptr::SCALAR_THROUGH_COMPAT_PTR,
    h005_unknown_command_errno::UNKNOWN_COMMAND_ERRNO,
    h006_hole_copied_out::HOLE_COPIED_OUT,
    h007_reserved_copied_out::RESERVED_COPIED_OUT,
    h008_flags_not_checked::FLAGS_NOT_CHECKED,
    h009_count_returned::COUNT_RETURNED,
    h010_prefix_copied::PREFIX_COPIED,
    h011_unbounded_product::UNBOUNDED_PRODUCT,
    h012_fetched_twice::FETCHED_TWICE,
    h013_positive_return::POSITIVE_RETURN,
    h014_member_cast_to_pointer::MEMBER_CAST_TO_POINTER,
    h015_direction_contradicts::DIRECTION_CONTRADICTS,
    h016_size_contradicts::SIZE_CONTRADICTS,
    h017_compat_left_to_layer::COMPAT_LEFT_TO_LAYER,
    l001_implicit_hole::IMPLICIT_HOLE,
    l002_implicit_tail::IMPLICIT_TAIL,
    l003_long_member::LONG_MEMBER,
    l004_pointer_member::POINTER_MEMBER,
    l005_size_t_member::SIZE_T_MEMBER,
    l006_time_member::TIME_MEMBER,
    l007_enum_member::ENUM_MEMBER,
    l008_bitfield_member::BITFIELD_MEMBER,
    l009_plain_char_member::PLAIN_CHAR_MEMBER,
    l010_bool_member::BOOL_MEMBER,
    l011_unfixed_integer::UNFIXED_INTEGER,
    l012_misaligned_64::MISALIGNED_64,
    l013_size_not_multiple_of_8::SIZE_NOT_MULTIPLE_OF_8,
    l014_float_member::FLOAT_MEMBER,
    l015_packed::PACKED,
    l016_fake_flexible_array::FAKE_FLEXIBLE_ARRAY,
    l017_same_size_other_layout::SAME_SIZE_OTHER_LAYOUT,
    l018_endian_dependent_pad::ENDIAN_DEPENDENT_PAD,
    l019_not_self_contained::NOT_SELF_CONTAINED,
    l020_legacy_typedef::LEGACY_TYPEDEF,
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
    n018_own_encoder::OWN_ENCODER,
    n019_sign_extended::SIGN_EXTENDED_NUMBER,
    o001_object_differs_from_header::OBJECT_DIFFERS_FROM_HEADER,
    o002_fops_without_compat::FOPS_WITHOUT_COMPAT,
    o003_embedded_abi_differs::EMBEDDED_ABI_DIFFERS,
    p001_argument_width::ARGUMENT_WIDTH,
    p002_struct_by_value::STRUCT_BY_VALUE,
    p003_pointer_to_pointer::POINTER_TO_POINTER,
    p004_missing_argument::MISSING_ARGUMENT,
    p005_pointer_for_value::POINTER_FOR_VALUE,
    p006_other_structure::OTHER_STRUCTURE,
    p007_reserved_not_cleared::RESERVED_NOT_CLEARED,
    r001_missing_repr::MISSING_REPR,
    r002_word_sized_member::WORD_SIZED_MEMBER,
    r003_invalid_bit_patterns::INVALID_BIT_PATTERNS,
    r004_oversized_request::OVERSIZED_REQUEST,
    r005_differs_from_header::DIFFERS_FROM_HEADER,
    r006_hard_coded_request::HARD_CODED_REQUEST,
    r007_wrong_argument::WRONG_ARGUMENT,
    u001_command_not_understood::COMMAND_NOT_UNDERSTOOD,
    u002_layout_unknown::LAYOUT_UNKNOWN,
    u003_header_not_read::HEADER_NOT_READ,
    u004_request_not_known::REQUEST_NOT_KNOWN,
    u005_code_not_understood::CODE_NOT_UNDERSTOOD,
    u006_argument_not_known::ARGUMENT_NOT_KNOWN,
    u007_call_not_understood::CALL_NOT_UNDERSTOOD,
    v001_cannot_grow::CANNOT_GROW,
    v002_size_not_first::SIZE_NOT_FIRST,
    v003_no_room::NO_ROOM,
    v005_version_member::VERSION_MEMBER,
}

#[cfg(test)]
pub(crate) mod fixture_test;
