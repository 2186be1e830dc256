package io.opensergo.dubbo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.rpc.Invoker;

/**
 * A service that an application refers to, by interface, group and version; and which of its
 * providers are members of what, for as long as the providers stay the same. For any thread.
 */
final class ReferredService<T> {

    /**
     * The lists of providers that are kept. A service has one for each registry and for each way of
     * registering, and another one for a moment when providers change.
     */
    private static final int MAX_LISTS = 4;

    private final String host;
    private final String key;

    /*
     * Newest first. Written by any thread that meets other providers, read by all; the list is immutable,
     * and the maps of its elements are concurrent. Of threads that race one may undo what another one
     * added, which is then worked out again.
     */
    private volatile List<Memberships<T>> memberships = List.of();

    ReferredService(URL consumer) {
        host = consumer.getServiceInterface().toLowerCase(Locale.ROOT);
        key = consumer.getServiceKey();
    }

    /** The interface without capitals, as rules are looked up by it soonest. */
    String host() {
        return host;
    }

    /** Returns the memberships of providers; the list must be the very same each time. */
    @SuppressWarnings("ReferenceEquality") // members are positions in that list
    Memberships<T> among(List<Invoker<T>> providers) {
        List<Memberships<T>> all = memberships;
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).providers() == providers) {
                return all.get(i);
            }
        }
        Memberships<T> added = Memberships.among(providers, key);
        List<Memberships<T>> changed = new ArrayList<>(all);
        changed.add(0, added);
        memberships = List.copyOf(changed.subList(0, Math.min(changed.size(), MAX_LISTS)));
        return added;
    }
}
