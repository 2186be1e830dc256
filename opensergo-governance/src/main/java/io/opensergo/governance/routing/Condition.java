package io.opensergo.governance.routing;

import org.jspecify.annotations.Nullable;

/** A compiled condition on a request. Immutable. */
sealed interface Condition {

    boolean holds(RequestView request);

    /** What it is about, for people. */
    String subject();

    /** What it asks for, for people. */
    String expected();

    /** What the request has, or {@code null} if nothing. */
    @Nullable String found(RequestView request);

    /**
     * A condition on a text. One that is not there passes no test, wanted or unwanted.
     *
     * @param unwanted whether the test must not hold
     */
    record Text(Attribute attribute, TextTest test, boolean unwanted) implements Condition {

        @Override
        public boolean holds(RequestView request) {
            String text = attribute.read(request);
            return (text != null && test.holds(text)) != unwanted;
        }

        @Override
        public String subject() {
            return attribute.toString();
        }

        @Override
        public String expected() {
            return unwanted ? "not " + test : test.toString();
        }

        @Override
        public @Nullable String found(RequestView request) {
            return attribute.read(request);
        }
    }

    /** A condition on the port that the request was sent to. */
    record Port(int port) implements Condition {

        @Override
        public boolean holds(RequestView request) {
            return request.port() == port;
        }

        @Override
        public String subject() {
            return "port";
        }

        @Override
        public String expected() {
            return Integer.toString(port);
        }

        @Override
        public @Nullable String found(RequestView request) {
            return request.port() == 0 ? null : Integer.toString(request.port());
        }
    }

    /** A condition on this process, settled when it was compiled. */
    record OfProcess(String subject, String expected, @Nullable String found, boolean holds)
            implements Condition {

        @Override
        public boolean holds(RequestView request) {
            return holds;
        }

        @Override
        public @Nullable String found(RequestView request) {
            return found;
        }
    }
}
