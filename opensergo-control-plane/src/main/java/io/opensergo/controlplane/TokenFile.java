package io.opensergo.controlplane;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.opensergo.controlplane.TokenAuthorizer.Grant;
import io.opensergo.controlplane.TokenAuthorizer.Grants;
import io.opensergo.controlplane.TokenAuthorizer.Role;
import io.opensergo.rulefiles.FileStamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The grants in a file, read again when it changes.
 *
 * <p>Whoever asks looks at the file first if nobody has for a second, so that the first call after
 * a quiet time is judged by what the file says then; a control plane looks each second besides. A
 * content is taken at once if the file has not been written to for some seconds, and otherwise when
 * two looks in a row found it, since the first may have met half of it.
 */
final class TokenFile implements Supplier<Grants> {

    private static final Logger LOG = LoggerFactory.getLogger(TokenFile.class);
    private static final long LOOK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final ObjectMapper MAPPER =
            YAMLMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();
    private static final String SHAPE =
            "must hold 'tokens': a list of objects with 'name', 'token' and, if it is not to open"
                    + " all of them, lists 'namespaces' and 'apps'; and, if its client may change"
                    + " rules, 'role: write'";

    /** The document. */
    private record Document(@JsonProperty("tokens") @Nullable List<Entry> tokens) {}

    /** A token of the document. */
    private record Entry(
            @JsonProperty("name") @Nullable String name,
            @JsonProperty("token") @Nullable String token,
            @JsonProperty("namespaces") @Nullable Set<String> namespaces,
            @JsonProperty("apps") @Nullable Set<String> apps,
            @JsonProperty("role") @Nullable String role) {

        /** The token must not be printed. */
        @Override
        public String toString() {
            return "Entry[name=" + name + "]";
        }
    }

    private final Path file;
    private final LongSupplier nanoTime;
    private final Object lock = new Object();
    private volatile Grants current;
    private volatile long lookedAt;
    private String judged; // guarded by lock, as is all below
    private String seen;
    private String lastFault = "";

    TokenFile(Path file) {
        this(file, System::nanoTime);
    }

    TokenFile(Path file, LongSupplier nanoTime) {
        this.file = file;
        this.nanoTime = nanoTime;
        try {
            this.judged = Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the token file "
                            + file
                            + " cannot be read: name a text file that this process"
                            + " may read",
                    e);
        }
        this.seen = judged;
        this.current = parse(judged);
        this.lookedAt = nanoTime.getAsLong();
        warnIfOpen();
    }

    @Override
    public Grants get() {
        if (isDue()) {
            synchronized (lock) {
                if (isDue()) {
                    look();
                    lookedAt = nanoTime.getAsLong();
                }
            }
        }
        return current;
    }

    private boolean isDue() {
        return nanoTime.getAsLong() - lookedAt > LOOK_INTERVAL_NANOS;
    }

    private void look() {
        try {
            FileStamp before = stamp();
            String now = Files.readString(file);
            FileStamp after = stamp();
            boolean quiet = before.equals(after) && !after.isRecentAt(Instant.now());
            boolean settled = quiet || now.equals(seen);
            seen = now;
            if (settled && !now.equals(judged)) {
                judged = now;
                current = parse(now);
                lastFault = "";
                LOG.info("The token file {} has changed and is in force", file);
                warnIfOpen();
            }
        } catch (IOException e) {
            report("the token file " + file + " cannot be read");
        } catch (IllegalArgumentException e) {
            report(String.valueOf(e.getMessage()));
        }
    }

    private FileStamp stamp() throws IOException {
        return FileStamp.of(Files.readAttributes(file, BasicFileAttributes.class));
    }

    private void report(String fault) {
        if (!fault.equals(lastFault)) {
            lastFault = fault;
            LOG.warn("The tokens of before stay in force: {}", fault);
        }
    }

    private Grants parse(String content) {
        List<Grant> grants = new ArrayList<>();
        for (Entry entry : read(content)) {
            if (entry == null || entry.name() == null || entry.token() == null) {
                throw unusable(SHAPE);
            }
            try {
                grants.add(
                        new Grant(
                                entry.name(),
                                entry.token(),
                                orAll(entry.namespaces()),
                                orAll(entry.apps()),
                                roleOf(entry)));
            } catch (IllegalArgumentException e) {
                throw unusable("is wrong: " + e.getMessage());
            }
        }
        try {
            return new Grants(grants);
        } catch (IllegalArgumentException e) {
            throw unusable("is wrong: " + e.getMessage());
        }
    }

    /** The cause is left out, since its message may hold parts of the content. */
    private List<@Nullable Entry> read(String content) {
        try {
            Document document = MAPPER.readValue(content, Document.class);
            if (document != null && document.tokens() != null) {
                return document.tokens();
            }
        } catch (JsonProcessingException e) {
            JsonLocation place = e.getLocation();
            throw unusable(
                    SHAPE + (place == null ? "" : "; line " + place.getLineNr() + " is wrong"));
        }
        throw unusable(SHAPE);
    }

    private static Role roleOf(Entry entry) {
        if (entry.role() == null) {
            return Role.READ;
        }
        return switch (entry.role()) {
            case "read" -> Role.READ;
            case "write" -> Role.WRITE;
            default ->
                    throw new IllegalArgumentException(
                            "the role of '" + entry.name() + "' must be read or write");
        };
    }

    private static Set<String> orAll(@Nullable Set<String> names) {
        return names == null ? Set.of(TokenAuthorizer.ALL) : names;
    }

    private IllegalArgumentException unusable(String reason) {
        return new IllegalArgumentException("the token file " + file + " " + reason);
    }

    private void warnIfOpen() {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
                LOG.warn(
                        "Every user of this machine may read or write the token file {}; take that"
                                + " away, for example by chmod 600",
                        file);
            }
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("The permissions of {} are not known", file, e);
        }
    }
}
