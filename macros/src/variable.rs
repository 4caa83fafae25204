//! Variables of the expansion.

use proc_macro2::Span;
use syn::Ident;

/// What a failed check says. An item that `macro_rules!` makes has parts from several texts, and a variable is
/// known in the text that names it alone. So every use of this one is a name of the derive's own, whatever part
/// of the item the code around it stands at.
pub(crate) fn fault() -> Ident {
    Ident::new("fault", Span::call_site())
}
