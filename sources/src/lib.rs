//! Front ends: each reads one kind of input and yields an
//! [`Interface`](ioctlkit_model::Interface) and the problems it met. None of them judges, and
//! none of them computes a layout.

#[cfg(feature = "c")]
pub mod c;
#[cfg(any(feature = "c", feature = "rust", feature = "object", feature = "driver"))]
mod caution;
#[cfg(feature = "driver")]
pub mod driver;
#[cfg(feature = "dump")]
pub mod dump;
#[cfg(all(fuzzing, feature = "c"))]
pub mod fuzzing;
#[cfg(feature = "c")]
mod kept;
mod lifetime;
#[cfg(feature = "list")]
pub mod list;
#[cfg(feature = "object")]
pub mod object;
pub mod overlay;
mod own_encoder;
#[cfg(feature = "program")]
pub mod program;
pub mod programs;
#[cfg(any(feature = "c", feature = "rust", feature = "object", feature = "driver"))]
mod reach;
pub mod reading;
#[cfg(feature = "rust")]
pub mod rust;
#[cfg(any(feature = "c", feature = "rust", feature = "object", feature = "driver"))]
mod walk;
#[cfg(any(feature = "c", feature = "rust", feature = "object", feature = "driver"))]
mod watch;
#[cfg(feature = "worker")]
pub mod worker;

#[cfg(any(feature = "c", feature = "rust", feature = "object", feature = "driver"))]
pub use caution::Caution;
pub use overlay::Overlay;
