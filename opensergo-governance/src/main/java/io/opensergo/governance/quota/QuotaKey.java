package io.opensergo.governance.quota;

/**
 * What a global limit is about: one resource of one application under one strategy.
 *
 * @param namespace the namespace of the rules
 * @param app the application
 * @param resource the name of the resource, such as {@code GET:/foo}; of requests that go out,
 *     {@code outbound GET:/foo}
 * @param strategy the name of the strategy
 */
public record QuotaKey(String namespace, String app, String resource, String strategy) {

    public QuotaKey {
        requireText(namespace, "namespace");
        requireText(app, "app");
        requireText(resource, "resource");
        requireText(strategy, "strategy");
    }

    private static void requireText(String value, String name) {
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(name + " of a quota key must not be empty");
        }
    }

    /** Returns for example {@code orders-per-second of GET:/foo in shop/checkout}. */
    @Override
    public String toString() {
        return strategy + " of " + resource + " in " + namespace + "/" + app;
    }
}
