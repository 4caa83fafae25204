//! Variables of the expansion.

use proc_macro2::Span;
use syn::Ident;

/// The variable that holds what a failed check says. The tokens of an item that `macro_rules!` makes differ in
/// hygiene, and a variable is visible only to names of the same hygiene. So every use takes this name, with the
/// derive's own span, wherever in the item it stands.
pub(crate) fn fault() -> Ident {
    Ident::new("fault", Span::call_site())
}
