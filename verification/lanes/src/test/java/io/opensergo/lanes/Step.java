package io.opensergo.lanes;

/** The interface of the service {@code b}, as users of Dubbo write theirs. */
public interface Step {

    /** Returns which instances have served the call, from here on. */
    String call();
}
