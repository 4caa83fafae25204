//! What the derives expand to, as snapshots: to be read whenever one changes.

use proc_macro2::TokenStream;
use syn::DeriveInput;

/// The tokens as rustfmt would have them, nearly.
fn pretty(tokens: TokenStream) -> String {
    let file: syn::File = syn::parse2(tokens).expect("the expansion is Rust");
    prettyplease::unparse(&file)
}

fn item(text: &str) -> DeriveInput {
    syn::parse_str(text).expect("the item is Rust")
}

#[test]
fn a_structure() {
    let item = item(
        r#"
        /// What the device does.
        #[repr(C)]
        #[ioctl(c = "struct echo_config")]
        pub struct EchoConfig<'a> {
            #[ioctl(size)]
            pub argsz: u32,
            #[ioctl(flags = 0x3)]
            pub flags: u32,
            pub buffer: UserPtr<'a, u8>,
            pub inner: Inner,
            pub length: u32,
            pub _reserved0: Reserved<4>,
        }
        "#,
    );
    insta::assert_snapshot!(pretty(crate::ioctl_data(&item)));
}

#[test]
fn an_interface() {
    let item = item(
        r#"
        /// The echo device.
        #[ioctl(type = b'E', device = Echo, unsafe(path = "/dev/echo"), prefix = "ECHO_")]
        pub enum EchoIoctl {
            /// Forgets what was written.
            #[ioctl(nr = 0)]
            Reset,
            #[ioctl(nr = 1, read)]
            GetConfig(EchoConfig),
            #[ioctl(nr = 2, write, value, returns = u32)]
            SetMode(i32),
            #[ioctl(nr = 3, read, buffer = u8)]
            Name,
            #[ioctl(nr = 4, read_write, retry_on_interrupt)]
            Transfer(Flexible<Packets>),
            #[ioctl(nr = 5, returns = OwnedFd)]
            Fork,
        }
        "#,
    );
    insta::assert_snapshot!(pretty(crate::ioctl(&item)));
}

#[test]
fn a_flexible_array() {
    let item = item(
        "#[repr(C)]
        struct Packets {
            count: u32,
            #[ioctl(count = count)]
            packets: FlexibleArray<u32>,
        }",
    );
    insta::assert_snapshot!(pretty(crate::ioctl_data(&item)));
}

#[test]
fn an_item_with_a_mistake() {
    let item = item(
        "#[repr(C)]
        struct Flags {
            on: bool,
        }",
    );
    insta::assert_snapshot!(pretty(crate::ioctl_data(&item)));
}
