// SPDX-License-Identifier: GPL-2.0-only

//! ${title|comment}: its device, its files, and what each command does. What is between the
//! caller and these methods is in `gen/`, and is made again from the definition; this file is yours.

use kernel::{
    fs::File,
    miscdevice::{
        MiscDevice,
        MiscDeviceRegistration, //
    },
//% block uses
    prelude::*, //
//% endblock
};

#[path = "gen/${it.symbol}_ioctl.rs"]
mod ioctl;
//% block types
//% if it.objects
use ioctl::{
    ${it.symbol|type}Handles,
    ${it.symbol|type}Ops, //
};
//% else
use ioctl::${it.symbol|type}Ops;
//% endif
//% endblock

module! {
    type: ${name|type}Module,
    name: "${name}",
    authors: ["you"],
    description: "${title|string}",
    license: "GPL",
}

/// The module, which is the device.
#[pin_data]
struct ${name|type}Module {
    #[pin]
    registration: ioctl::Registration<${name|type}File>,
}

impl kernel::InPlaceModule for ${name|type}Module {
    fn init(_module: &'static ThisModule) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            registration <- ioctl::Registration::register(),
        })
    }
}

/// What an open file has.
#[pin_data]
//% block members
//% if it.objects
struct ${name|type}File {
    #[pin]
    handles: ${it.symbol|type}Handles<Self>,
}
//% else
struct ${name|type}File {}
//% endif
//% endblock

#[vtable]
impl MiscDevice for ${name|type}File {
    type Ptr = Pin<KBox<Self>>;

    fn open(_file: &File, _misc: &MiscDeviceRegistration<Self>) -> Result<Self::Ptr> {
//% block open
//% if it.objects
        KBox::try_pin_init(
            try_pin_init!(Self {
                handles <- ${it.symbol|type}Handles::new(),
            }),
            GFP_KERNEL_ACCOUNT,
        )
//% else
        Ok(KBox::pin(Self {}, GFP_KERNEL_ACCOUNT)?)
//% endif
//% endblock
    }

    fn ioctl(me: Pin<&Self>, file: &File, cmd: u32, arg: usize) -> Result<isize> {
        ioctl::ioctl(&*me, file, cmd, arg)
    }
//% if it.compat == "translated"

    #[cfg(CONFIG_COMPAT)]
    fn compat_ioctl(me: Pin<&Self>, file: &File, cmd: u32, arg: usize) -> Result<isize> {
        ioctl::compat_ioctl(&*me, file, cmd, arg)
    }
//% endif
}

#[vtable]
impl ${it.symbol|type}Ops for ${name|type}File {
//% block methods
//% for object in it.objects
    // What it is, is yours to say.
    type ${object.name|type} = ();
//% endfor
//% if it.objects

    fn handles(&self) -> &${it.symbol|type}Handles<Self> {
        &self.handles
    }
//% endif
    // Methods go here: gen/ has the head of each in its trait. A command without one answers
    // ENOTTY.
//% endblock
}
