use ioctlkit_syntax::Data;
use proc_macro2::TokenStream;

pub(crate) fn padded(_data: &Data) -> syn::Result<TokenStream> {
    Ok(TokenStream::new())
}
pub(crate) fn compat(_data: &Data) -> syn::Result<TokenStream> {
    Ok(TokenStream::new())
}
