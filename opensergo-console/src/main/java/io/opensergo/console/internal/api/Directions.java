package io.opensergo.console.internal.api;

import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.governance.TrafficDirection;
import org.jspecify.annotations.Nullable;

/** The parameter {@code direction} of a request. */
final class Directions {

    private Directions() {}

    /** Returns the direction of this label, inbound if it is left out. */
    static TrafficDirection of(@Nullable String label) {
        return label == null
                ? TrafficDirection.INBOUND
                : TrafficDirection.ofLabel(label)
                        .orElseThrow(
                                () ->
                                        HttpProblem.badRequest(
                                                "'direction' must be 'inbound' or 'outbound', was '"
                                                        + label
                                                        + "'"));
    }
}
