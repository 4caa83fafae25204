//! Which edits one pass makes: those that do not disturb each other.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use ioctlkit_model::Safety;

use super::plan::{Plan, PlannedEdit};
use super::touched::{Touched, Touching};

/// Of `plans`, in their order, those that can be made at once: no two edits meet in the text, and none
/// changes the layout of what another one has worked its own layout out from. The others wait for the
/// next pass.
pub fn choose(plans: &[Plan], touching: &[Touching<'_>]) -> Vec<Plan> {
    let mut taken = Taken::default();
    plans.iter().filter(|plan| taken.takes(plan, touching)).cloned().collect()
}

#[derive(Default)]
struct Taken<'p> {
    edits: BTreeMap<&'p Path, Vec<&'p PlannedEdit>>,
    /// What edits change themselves, and what changes with it.
    own: HashSet<String>,
    all: HashSet<String>,
}

impl<'p> Taken<'p> {
    fn takes(&mut self, plan: &'p Plan, touching: &[Touching<'_>]) -> bool {
        // What is written as a whole is one file.
        if plan.files().count() > 1
            || plan.edits.iter().any(|edit| self.meets(edit))
            || meet_each_other(&plan.edits)
        {
            return false;
        }
        if plan.safety == Safety::ChangesAbi {
            let Touched { own, all } = Touched::by(plan, touching);
            if !own.is_disjoint(&self.all) || !all.is_disjoint(&self.own) {
                return false;
            }
            self.own.extend(own);
            self.all.extend(all);
        }
        for edit in &plan.edits {
            self.edits.entry(&edit.path).or_default().push(edit);
        }
        true
    }

    /// Whether an edit meets another one. The same edit twice is one: two findings may include one header.
    fn meets(&self, edit: &PlannedEdit) -> bool {
        let others = self.edits.get(edit.path.as_path()).into_iter().flatten();
        others.into_iter().any(|other| *other != edit && meet(other, edit))
    }
}

fn meet_each_other(edits: &[PlannedEdit]) -> bool {
    // They are in order.
    edits.windows(2).any(|pair| pair[0].path == pair[1].path && pair[1].start < pair[0].end)
}

/// Whether edits meet or touch: of two that touch, nobody knows which text comes first.
fn meet(a: &PlannedEdit, b: &PlannedEdit) -> bool {
    a.start <= b.end && b.start <= a.end
}

#[cfg(test)]
mod tests {
    use super::super::plan::of_edits;
    use super::*;

    fn chosen(edits: &[&[(usize, usize, &str)]]) -> Vec<usize> {
        let plans: Vec<Plan> = edits.iter().map(|edits| of_edits(edits)).collect();
        let chosen = choose(&plans, &[]);
        let place = |plan: &Plan| plans.iter().position(|known| known.edits == plan.edits).unwrap();
        chosen.iter().map(place).collect()
    }

    #[test]
    fn of_edits_that_meet_the_first_is_made() {
        assert_eq!(chosen(&[&[(0, 4, "a")], &[(3, 5, "b")], &[(6, 7, "c")]]), [0, 2]);
    }

    #[test]
    fn of_edits_that_touch_nobody_knows_the_order() {
        assert_eq!(chosen(&[&[(0, 4, "a")], &[(4, 4, "b")], &[(4, 5, "c")]]), [0]);
    }

    #[test]
    fn an_edit_that_two_findings_share_is_no_conflict() {
        let include = (0, 0, "#include <linux/types.h>\n");
        assert_eq!(chosen(&[&[include, (9, 9, "a")], &[include, (20, 20, "b")]]), [0, 1]);
        // All edits of a finding are made, or none.
        assert_eq!(chosen(&[&[include, (9, 9, "a")], &[(9, 10, "b"), (30, 30, "c")]]), [0]);
    }
}
