//! Functions, variables and types.
use super::Converter;
use super::kinds::{Field, Kind};
use crate::ast::{Declaration, Function, Parameter, Text, TypeName, Variable};
use crate::mask::Mark;
use tree_sitter::Node;

/// What a declarator says.
struct Declarator {
    name: Option<Text>,
    pointers: u8,
    is_array: bool,
    /// Whether it is a function.
    is_function: bool,
    /// Whether it is a pointer to a function.
    is_function_pointer: bool,
}

impl Converter<'_> {
    pub(super) fn function(&mut self, node: Node<'_>) -> Option<Function> {
        let declarator = Field::Declarator.of(node)?;
        let head = innermost_function(declarator)?;
        let name = self.name(Field::Declarator.of(head)?);
        let mut parameters = self.parameters(head);
        self.old_style_parameters(node, &mut parameters);
        if let Some(error) = first_error(declarator) {
            self.fail(error);
        }
        let body = self.block(Field::Body.of(node)?);
        Some(Function {
            name,
            at: self.at(node),
            parameters,
            body,
            is_static: self.is_static(node),
            is_understood: true,
        })
    }

    fn is_static(&self, node: Node<'_>) -> bool {
        let mut cursor = node.walk();
        node.named_children(&mut cursor).any(|child| {
            Kind::of(child) == Kind::StorageClassSpecifier && self.masked_text(child) == b"static"
        })
    }

    fn parameters(&mut self, head: Node<'_>) -> Vec<Parameter> {
        let Some(list) = Field::Parameters.of(head) else { return Vec::new() };
        let mut cursor = list.walk();
        let mut parameters = Vec::new();
        for child in list.named_children(&mut cursor) {
            match Kind::of(child) {
                Kind::ParameterDeclaration => {
                    let declarator = Field::Declarator.of(child);
                    let (name, mut ty) = self.declared(child, declarator);
                    if ty.is_array {
                        ty.pointers = ty.pointers.saturating_add(1);
                    }
                    let is_void = name.is_none()
                        && ty.pointers == 0
                        && Field::Type.of(child).is_some_and(|ty| self.masked_text(ty) == b"void");
                    if !is_void {
                        parameters.push(Parameter { name, ty });
                    }
                }
                Kind::Identifier => parameters
                    .push(Parameter { name: Some(self.at(child)), ty: TypeName::default() }),
                _ => {}
            }
        }
        parameters
    }

    /// Types of parameters that stand between the head and the body.
    fn old_style_parameters(&mut self, node: Node<'_>, parameters: &mut [Parameter]) {
        let mut cursor = node.walk();
        let nodes: Vec<Node<'_>> = node
            .named_children(&mut cursor)
            .filter(|child| Kind::of(*child) == Kind::Declaration)
            .collect();
        let declared: Vec<Declaration> =
            nodes.into_iter().flat_map(|node| self.declarations(node)).collect();
        for declared in declared {
            let same = |name: Text| self.original_text(name) == self.original_text(declared.name);
            if let Some(parameter) =
                parameters.iter_mut().find(|parameter| parameter.name.is_some_and(same))
            {
                parameter.ty = declared.ty;
            }
        }
    }

    fn original_text(&self, at: Text) -> &[u8] {
        &self.masked.text[at.start as usize..at.end as usize]
    }

    /// The variables with initialisers that a declaration at the file's scope has.
    pub(super) fn variables(&mut self, node: Node<'_>) -> Vec<Variable> {
        let declarations = self.declarations(node);
        declarations
            .into_iter()
            .filter_map(|it| {
                Some(Variable {
                    name: it.name,
                    ty: it.ty,
                    value: it.value?,
                    is_static: it.is_static,
                })
            })
            .collect()
    }

    /// The variables that a declaration has; functions are none.
    pub(super) fn declarations(&mut self, node: Node<'_>) -> Vec<Declaration> {
        let is_static = self.is_static(node);
        let mut list = Vec::new();
        let mut cursor = node.walk();
        let field = Field::Declarator.id();
        let mut has_more = cursor.goto_first_child();
        let mut declarators = Vec::new();
        while has_more {
            if cursor.node().is_error() || cursor.node().is_missing() {
                self.fail(cursor.node());
            }
            if cursor.field_id().is_some_and(|id| id.get() == field) {
                declarators.push(cursor.node());
            }
            has_more = cursor.goto_next_sibling();
        }
        for declarator in declarators {
            let (declarator, value) = if Kind::of(declarator) == Kind::InitDeclarator {
                let Some(inner) = Field::Declarator.of(declarator) else { continue };
                (inner, Some(self.part(declarator, Field::Value)))
            } else {
                (declarator, None)
            };
            if let Some(error) = first_error(declarator) {
                self.fail(error);
            }
            if self.declarator(declarator).is_function {
                continue;
            }
            if let (Some(name), ty) = self.declared(node, Some(declarator)) {
                list.push(Declaration { name, ty, value, is_static });
            } else {
                self.fail(declarator);
            }
        }
        list
    }

    /// The type of a cast or its like.
    pub(super) fn type_descriptor(&mut self, node: Node<'_>) -> TypeName {
        if let Some(error) = first_error(node) {
            self.fail(error);
        }
        let (_, mut ty) = self.declared(node, Field::Declarator.of(node));
        ty.is_user |= self.masked.has_user(self.at(node));
        ty
    }

    /// The name and the type of what a node with a type declares.
    fn declared(&self, node: Node<'_>, declarator: Option<Node<'_>>) -> (Option<Text>, TypeName) {
        let mut ty = Field::Type.of(node).map(|ty| self.base(ty)).unwrap_or_default();
        let first = Field::Declarator.of(node).or(declarator);
        let start = self.at(node).start;
        let base =
            Text { start, end: first.map_or(self.at(node).end, |first| self.at(first).start) };
        ty.is_user |= self.masked.has_user(base);
        let Some(declarator) = declarator else { return (None, ty) };
        let parts = self.declarator(declarator);
        ty.pointers = parts.pointers;
        ty.is_array = parts.is_array;
        ty.is_function = parts.is_function_pointer;
        let own = self.at(declarator);
        let end = parts.name.map_or(own.end, |name| name.start.max(own.start));
        ty.is_user |= self.masked.has_user(Text { start: own.start, end });
        (parts.name, ty)
    }

    /// The part of a type that all names of a declaration share.
    fn base(&self, node: Node<'_>) -> TypeName {
        if let Some(Mark::Type(ty)) = self.mark(node) {
            return ty;
        }
        TypeName { base: self.at(node), ..TypeName::default() }
    }

    fn declarator(&self, node: Node<'_>) -> Declarator {
        let mut found = Declarator {
            name: None,
            pointers: 0,
            is_array: false,
            is_function: false,
            is_function_pointer: false,
        };
        let mut node = Some(node);
        let mut is_function = false;
        while let Some(current) = node {
            let inner = Field::Declarator.of(current);
            node = match Kind::of(current) {
                Kind::PointerDeclarator | Kind::AbstractPointerDeclarator => {
                    if is_function {
                        found.is_function_pointer = true;
                    } else {
                        found.pointers = found.pointers.saturating_add(1);
                    }
                    inner
                }
                Kind::ArrayDeclarator | Kind::AbstractArrayDeclarator => {
                    found.is_array = true;
                    inner
                }
                Kind::FunctionDeclarator | Kind::AbstractFunctionDeclarator => {
                    is_function = true;
                    inner
                }
                Kind::ParenthesizedDeclarator
                | Kind::AbstractParenthesizedDeclarator
                | Kind::AttributedDeclarator => current.named_child(0),
                Kind::InitDeclarator => inner,
                Kind::Identifier | Kind::TypeIdentifier => {
                    found.name = Some(self.name(current));
                    None
                }
                _ => None,
            };
        }
        found.is_function = is_function && !found.is_function_pointer;
        found
    }
}

/// The declarator of the function itself: the innermost one with parameters.
fn innermost_function(declarator: Node<'_>) -> Option<Node<'_>> {
    let mut found = None;
    let mut node = Some(declarator);
    while let Some(current) = node {
        if Kind::of(current) == Kind::FunctionDeclarator {
            found = Some(current);
        }
        node = match Kind::of(current) {
            Kind::ParenthesizedDeclarator | Kind::AttributedDeclarator => current.named_child(0),
            _ => Field::Declarator.of(current),
        };
    }
    found.filter(|head| {
        Field::Declarator.of(*head).is_some_and(|name| Kind::of(name) == Kind::Identifier)
    })
}

/// The first error in a node.
fn first_error(node: Node<'_>) -> Option<Node<'_>> {
    if !node.has_error() {
        return None;
    }
    let mut node = node;
    loop {
        if node.is_error() || node.is_missing() {
            return Some(node);
        }
        let mut cursor = node.walk();
        let Some(child) =
            node.children(&mut cursor).find(|child| child.has_error() || child.is_missing())
        else {
            return Some(node);
        };
        node = child;
    }
}
