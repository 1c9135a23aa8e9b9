/** A style sheet, imported for its effect: compilers that look for what they import find it. */
// oxlint-disable-next-line unicorn/require-module-specifiers -- a module without names is what it is
export {}
