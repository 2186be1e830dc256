package io.opensergo.client;

import io.opensergo.api.Target;
import io.opensergo.rules.RuleKind;

/** A key as the messages of the protocol name it. */
record WireKey(String namespace, String app, String kind) {

    static WireKey of(Target target, RuleKind<?> kind) {
        return new WireKey(target.namespace(), target.app(), kind.wireName());
    }
}
