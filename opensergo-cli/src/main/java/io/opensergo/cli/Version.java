package io.opensergo.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = OpenSergoCommand.class.getPackage().getImplementationVersion();
        return new String[] {
            "opensergo " + Objects.requireNonNullElse(version, "(not from a jar)")
        };
    }
}
