package io.opensergo.testcontrolplane;

import io.opensergo.controlplane.Authorizer;
import io.opensergo.controlplane.ClientCredentials;
import org.jspecify.annotations.Nullable;

/** Knows everybody, or nobody. */
final class Doorkeeper implements Authorizer {

    private volatile boolean admitting = true;

    void admit(boolean everybody) {
        admitting = everybody;
    }

    @Override
    public @Nullable String authenticate(ClientCredentials credentials) {
        return admitting ? "client of a test" : null;
    }

    @Override
    public boolean mayRead(String client, String namespace, String app, String kind) {
        return true;
    }

    @Override
    public boolean mayReport(String client, String app) {
        return true;
    }
}
