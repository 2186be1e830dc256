package io.opensergo.quota.redis;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Locale;

/** Failures of Redis in words that say what to look at. */
final class RedisProblem {

    private RedisProblem() {}

    /** Returns what happened and what to look at; without secrets. */
    static String describe(Throwable error) {
        if (isUnknownHost(error)) {
            return "the host is not known; check the host of the URI";
        }
        Throwable root = root(error);
        String message = root.getMessage() == null ? root.toString() : root.getMessage();
        String upper = message.toUpperCase(Locale.ROOT);
        String advice = "it failed";
        if (root instanceof ConnectException) {
            advice = "not reachable; check host, port and TLS";
        } else if (upper.startsWith("WRONGPASS") || upper.contains("INVALID PASSWORD")) {
            advice = "it does not accept the user or the password of the URI";
        } else if (upper.startsWith("NOAUTH")) {
            advice = "it wants a password, and the URI has none";
        } else if (upper.startsWith("NOPERM")) {
            advice =
                    "the user of the URI must be allowed EVALSHA, EVAL, TIME, HMGET, HSET, HINCRBY"
                            + " and PEXPIRE on the keys";
        } else if (upper.startsWith("MOVED") || upper.startsWith("CROSSSLOT")) {
            advice = "it is a Redis Cluster, which is not supported; use a single Redis";
        } else if (upper.startsWith("READONLY")) {
            advice = "it is a replica; use the address of the primary";
        }
        return advice + ": " + message;
    }

    private static boolean isUnknownHost(Throwable error) {
        for (Throwable each = error; each != null; each = each.getCause()) {
            if (each instanceof UnknownHostException) {
                return true;
            }
        }
        return false;
    }

    /** Returns what an exception was caused by in the end. */
    static Throwable root(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }
}
