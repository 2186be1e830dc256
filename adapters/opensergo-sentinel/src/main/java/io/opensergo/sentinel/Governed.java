package io.opensergo.sentinel;

/** What a rule of Sentinel's is that this module made: users' rules are not. */
interface Governed {

    /** Returns what the rule is the translation of. */
    RuleOrigin origin();
}
