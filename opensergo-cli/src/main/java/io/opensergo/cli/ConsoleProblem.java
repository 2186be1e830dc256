package io.opensergo.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** A request that a console refuses, with the problem details of RFC 9457 that it answers with. */
final class ConsoleProblem extends RuntimeException {

    /** What the type of each problem of a console begins with. */
    static final String TYPE = "urn:opensergo:problem:";

    private static final long serialVersionUID = 1;

    private final int status;
    private final transient JsonNode details;

    ConsoleProblem(String console, int status, JsonNode details) {
        super(
                console
                        + ": "
                        + details.path("detail").asText()
                        + (status == 401 ? "; name a token by --console-token-file" : ""));
        this.status = status;
        this.details = details;
    }

    int status() {
        return status;
    }

    /** Returns the members of the answer. */
    JsonNode details() {
        return details;
    }
}
