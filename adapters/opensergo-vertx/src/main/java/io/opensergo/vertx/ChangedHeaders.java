package io.opensergo.vertx;

import io.opensergo.governance.action.HeaderChanges;
import io.vertx.core.MultiMap;

/** Headers of Vert.x that a rule changes. */
record ChangedHeaders(MultiMap headers) implements HeaderChanges.Target {

    @Override
    public void remove(String name) {
        headers.remove(name);
    }

    @Override
    public void set(String name, String value) {
        headers.set(name, value);
    }

    @Override
    public void add(String name, String value) {
        headers.add(name, value);
    }
}
