package io.opensergo.console.internal.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of people who have logged in, in memory alone: a restart ends them. Each holds the
 * token it was begun with, which is asked again at each request, so that it ends with the token's
 * grant. Ids are random and kept as digests.
 *
 * <p>For any number of threads.
 */
final class Sessions {

    private static final int ID_BYTES = 32;
    private static final int MAX_SESSIONS = 1000;
    private static final int MAX_SESSIONS_OF_ONE = 20;

    /**
     * A session.
     *
     * @param client the name that its token had when it began
     * @param token the token
     */
    record Session(String client, String token) {

        @Override
        public String toString() {
            return "Session[client=" + client + ", token=hidden]";
        }
    }

    private static final class Entry {

        final Session session;
        final long begun;
        long usedAt;

        Entry(Session session, long now) {
            this.session = session;
            this.begun = now;
            this.usedAt = now;
        }
    }

    private final Map<String, Entry> byDigest = new LinkedHashMap<>(); // guarded by this
    private final SecureRandom random = new SecureRandom();
    private final long lifetimeNanos;
    private final long idleNanos;
    private final LongSupplier nanoTime;

    /**
     * @param lifetime how long a session lasts
     * @param idle how long it lasts without a request
     */
    Sessions(Duration lifetime, Duration idle, LongSupplier nanoTime) {
        this.lifetimeNanos = lifetime.toNanos();
        this.idleNanos = idle.toNanos();
        this.nanoTime = nanoTime;
    }

    /** Begins a session, for which the oldest one may have to go; returns its id. */
    String begin(Session session) {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        long now = nanoTime.getAsLong();
        synchronized (this) {
            byDigest.values().removeIf(entry -> isOver(entry, now));
            long ofOne =
                    byDigest.values().stream()
                            .filter(each -> each.session.client().equals(session.client()))
                            .count();
            if (ofOne >= MAX_SESSIONS_OF_ONE) {
                removeOldest(session.client());
            } else if (byDigest.size() >= MAX_SESSIONS) {
                removeOldest(null);
            }
            byDigest.put(digest(id), new Entry(session, now));
        }
        return id;
    }

    private void removeOldest(@Nullable String client) {
        Iterator<Entry> entries = byDigest.values().iterator();
        while (entries.hasNext()) {
            Entry oldest = entries.next();
            if (client == null || oldest.session.client().equals(client)) {
                entries.remove();
                return;
            }
        }
    }

    /** Returns the session of an id; {@code null} if there is none or it is over. */
    synchronized @Nullable Session find(String id) {
        String digest = digest(id);
        Entry entry = byDigest.get(digest);
        long now = nanoTime.getAsLong();
        if (entry == null) {
            return null;
        }
        if (isOver(entry, now)) {
            byDigest.remove(digest);
            return null;
        }
        entry.usedAt = now;
        return entry.session;
    }

    private boolean isOver(Entry entry, long now) {
        return now - entry.begun > lifetimeNanos || now - entry.usedAt > idleNanos;
    }

    /** Ends a session. */
    synchronized void end(String id) {
        byDigest.remove(digest(id));
    }

    synchronized int count() {
        return byDigest.size();
    }

    private static String digest(String id) {
        try {
            return Base64.getEncoder()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(id.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
