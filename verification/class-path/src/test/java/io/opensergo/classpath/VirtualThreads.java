package io.opensergo.classpath;

/** Virtual threads, of a JDK that may be newer than the one that this is compiled for. */
final class VirtualThreads {

    private VirtualThreads() {}

    static void start(Runnable task) throws ReflectiveOperationException {
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
    }
}
