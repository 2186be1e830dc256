package io.opensergo.governance;

/** Requests that end as soon as they are admitted, for tests. */
final class Requests {

    private Requests() {}

    /** Makes requests, one after the other, and returns how many were admitted. */
    static int admitted(Guard guard, int requests) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            long token = guard.acquire();
            if (!Guard.isRefused(token)) {
                admitted++;
                guard.release(token, Outcome.SUCCESS);
            }
        }
        return admitted;
    }
}
