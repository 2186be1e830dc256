package io.opensergo.spring.boot;

import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Comparator;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.io.support.ResourcePatternUtils;

/** Rule documents that Spring finds by a pattern. */
final class RuleResources {

    private RuleResources() {}

    /**
     * Reads them in the order of their names.
     *
     * @throws IllegalArgumentException if there is none
     * @throws UncheckedIOException if one cannot be read
     */
    static ReadResult[] read(String pattern, ResourceLoader loader) {
        try {
            Resource[] found =
                    ResourcePatternUtils.getResourcePatternResolver(loader).getResources(pattern);
            ReadResult[] read =
                    Arrays.stream(found)
                            .filter(Resource::isReadable)
                            .sorted(Comparator.comparing(Resource::getDescription))
                            .map(RuleResources::read)
                            .toArray(ReadResult[]::new);
            if (read.length == 0) {
                throw new IllegalArgumentException("no file matches it");
            }
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ReadResult read(Resource resource) {
        try (InputStream in = resource.getInputStream()) {
            return RuleReader.strict().read(in, resource.getDescription());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
