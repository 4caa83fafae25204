use ioctlkit_syntax::Interface;
use proc_macro2::TokenStream;

use crate::command::Context;

pub(crate) fn expand(_interface: &Interface, _context: &Context<'_>) -> syn::Result<TokenStream> {
    Ok(TokenStream::new())
}
