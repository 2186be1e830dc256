package io.opensergo.controlplane;

/** A version of a key on its way to a client, until that accepts or refuses it. */
record Push(Subscription subscription, long version) {}
