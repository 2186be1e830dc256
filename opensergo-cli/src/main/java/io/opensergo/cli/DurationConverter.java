package io.opensergo.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads and writes durations such as {@code 5s}, {@code 0.5s}, {@code 1m30s} and {@code 2h}. */
final class DurationConverter implements ITypeConverter<Duration> {

    @Override
    public Duration convert(String value) {
        try {
            Duration duration = Duration.parse("PT" + value.toUpperCase(Locale.ROOT));
            if (duration.isNegative() || duration.isZero()) {
                throw new TypeConversionException("must be positive, was '" + value + "'");
            }
            return duration;
        } catch (DateTimeParseException e) {
            throw new TypeConversionException(
                    "must be like 5s, 0.5s or 1m30s, was '" + value + "'");
        }
    }

    /** Returns a duration as this reads it. */
    static String text(Duration duration) {
        return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }
}
