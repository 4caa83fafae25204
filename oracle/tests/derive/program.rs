// What follows the definitions in the generated program: it prints each structure's layout on every
// ABI, and whether the derive would take it as portable.

use ioctlkit::abi::ABIS;
use ioctlkit::description::{Member, Portability, Record, Type};

/// The type as if nothing in it said `not_portable`.
fn proven(ty: Type) -> Type {
    match ty {
        Type::Array { element, length } => {
            Type::Array { element: Box::leak(Box::new(proven(*element))), length }
        }
        Type::FlexibleArray(element) => {
            Type::FlexibleArray(Box::leak(Box::new(proven(*element))))
        }
        Type::Record(record) => {
            let members: Vec<Member> = record
                .members
                .iter()
                .map(|member| Member { ty: proven(member.ty), ..*member })
                .collect();
            Type::Record(Box::leak(Box::new(Record {
                portability: Portability::Proven,
                members: members.leak(),
                ..*record
            })))
        }
        other => other,
    }
}

fn told<T: ioctlkit::IoctlData>(index: usize, offsets: &[usize]) {
    let Type::Record(record) = T::TYPE else { unreachable!() };
    let fault = ioctlkit::__private::check_data::<T>(&proven(T::TYPE), offsets);
    println!("{index} {}", if fault.is_none() { "portable" } else { "refused" });
    for abi in &ABIS {
        let layout = record.size_align(abi).unwrap();
        print!("{index} {} {} {}", abi.name, layout.size, layout.align);
        for (_, place) in record.offsets(abi) {
            print!(" {}", place.offset());
        }
        println!();
    }
}
