//! Front ends: each reads one kind of input and yields an
//! [`Interface`](ioctlkit_model::Interface) and the problems it met. None of them judges, and
//! none of them computes a layout.

#[cfg(feature = "c")]
pub mod c;
#[cfg(feature = "dump")]
pub mod dump;
#[cfg(feature = "object")]
pub mod object;
pub mod programs;
pub mod reading;
#[cfg(feature = "rust")]
pub mod rust;
