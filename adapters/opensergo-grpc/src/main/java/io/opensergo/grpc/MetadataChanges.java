package io.opensergo.grpc;

import io.grpc.Metadata;
import io.opensergo.governance.action.HeaderChanges;

/**
 * Metadata that a rule changes: texts by names that metadata allows, and that are not gRPC's own.
 */
record MetadataChanges(Metadata metadata) implements HeaderChanges.Target {

    @Override
    public void remove(String name) {
        Metadata.Key<String> key = Headers.key(name);
        if (key != null && !Headers.isReserved(key)) {
            metadata.discardAll(key);
        }
    }

    @Override
    public void set(String name, String value) {
        Metadata.Key<String> key = Headers.key(name);
        if (key != null && !Headers.isReserved(key) && Headers.isValue(value)) {
            metadata.discardAll(key);
            metadata.put(key, value);
        }
    }

    @Override
    public void add(String name, String value) {
        Metadata.Key<String> key = Headers.key(name);
        if (key != null && !Headers.isReserved(key) && Headers.isValue(value)) {
            metadata.put(key, value);
        }
    }
}
