#![allow(dead_code, unreachable_pub)]

pub mod draft;
pub mod echo;
pub mod pulse;
