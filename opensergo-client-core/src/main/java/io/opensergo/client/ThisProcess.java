package io.opensergo.client;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * What a client says of the process that it is in.
 *
 * @param host the name of the host; empty if it has none
 * @param sdkVersion the version of this library; {@code development} if it is in no jar
 */
record ThisProcess(String host, long pid, String sdkVersion) {

    /** Looks up the name of the host, which may block. */
    static ThisProcess lookUp() {
        String version = ThisProcess.class.getPackage().getImplementationVersion();
        return new ThisProcess(
                lookUpHost(),
                ProcessHandle.current().pid(),
                version == null ? "development" : version);
    }

    private static String lookUpHost() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "";
        }
    }
}
