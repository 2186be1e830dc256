package io.opensergo.dubbo;

/** Another service. */
public interface Teller {

    /** Tells who serves. */
    String tell();
}
