/** A style sheet, imported for its effect: compilers that look for what they import find it. */
