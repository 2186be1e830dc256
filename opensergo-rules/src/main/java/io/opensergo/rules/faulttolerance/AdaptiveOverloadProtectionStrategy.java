package io.opensergo.rules.faulttolerance;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Notation;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import org.jilt.Builder;

/**
 * Protects a whole process from overload.
 *
 * <p>The specification has no schema for this kind. {@code CpuPercentage} is the metric that its
 * text shows; {@code SystemLoad} is this project's name for the system load that the text also
 * speaks of.
 *
 * @param metadata what identifies and binds the rule
 * @param metricType what is measured
 * @param triggerThreshold above it the strategy acts: a percentage for the CPU, a load average for
 *     the load
 * @param adaptiveStrategy what happens above it; {@link
 *     AdaptiveOverloadProtectionStrategy.AdaptiveStrategy#BBR} is defined for the CPU only
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record AdaptiveOverloadProtectionStrategy(
        Metadata metadata,
        @JsonPropertyDescription("What is measured.") MetricType metricType,
        @JsonPropertyDescription(
                        "Above it the strategy acts: '82%' of the CPU, or a load average such as 4.5.")
                @Written(notation = Notation.PERCENT_OR_NUMBER)
                Threshold triggerThreshold,
        @JsonPropertyDescription(
                        "NONE rejects above the threshold; BBR only what exceeds the measured capacity.")
                AdaptiveStrategy adaptiveStrategy)
        implements Strategy {

    /** The key of this kind. */
    public static final RuleKind<AdaptiveOverloadProtectionStrategy> KIND =
            RuleKind.of(
                    API_VERSION,
                    "AdaptiveOverloadProtectionStrategy",
                    AdaptiveOverloadProtectionStrategy.class);

    public AdaptiveOverloadProtectionStrategy {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.required("metricType", metricType);
        violations.required("triggerThreshold", triggerThreshold);
        violations.required("adaptiveStrategy", adaptiveStrategy);
        if (metricType != null && triggerThreshold != null) {
            violations.require(
                    triggerThreshold.percentage() == (metricType == MetricType.CPU_PERCENTAGE),
                    "triggerThreshold",
                    metricType == MetricType.CPU_PERCENTAGE
                            ? "must be a percentage such as '82%' for CpuPercentage"
                            : "must be a number such as 4.5 for SystemLoad",
                    triggerThreshold);
        }
        if (metricType == MetricType.SYSTEM_LOAD && adaptiveStrategy == AdaptiveStrategy.BBR) {
            violations.add("adaptiveStrategy", "must be NONE for SystemLoad", "BBR");
        }
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static AdaptiveOverloadProtectionStrategyBuilders.MetricType builder(Metadata metadata) {
        return AdaptiveOverloadProtectionStrategyBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public AdaptiveOverloadProtectionStrategyBuilder toBuilder() {
        return AdaptiveOverloadProtectionStrategyBuilder.from(this);
    }

    @Override
    public RuleKind<AdaptiveOverloadProtectionStrategy> kind() {
        return KIND;
    }

    @Override
    public StrategyKind strategyKind() {
        return StrategyKind.ADAPTIVE_OVERLOAD_PROTECTION;
    }

    /** What an overload protection measures. */
    public enum MetricType {
        /** The CPU in use, as a share of all cores. */
        @Written(as = "CpuPercentage")
        CPU_PERCENTAGE,
        /** The load average of the system over one minute. */
        @Written(as = "SystemLoad")
        SYSTEM_LOAD
    }

    /** What happens above the threshold. */
    public enum AdaptiveStrategy {
        /**
         * Requests are rejected, whatever the process can bear. An engine may reject a share of
         * them just above the threshold, so that the load settles there.
         */
        NONE,
        /**
         * Requests beyond the measured capacity (highest pass rate times lowest mean latency) are
         * rejected.
         */
        BBR
    }

    /**
     * A threshold in the unit of its metric.
     *
     * @param value a ratio from 0 to 1 in whole percent, or a load average of 0 or more
     * @param percentage whether the value is a ratio, written as a percentage
     */
    @Builder(
            style = STAGED,
            className = "AdaptiveOverloadProtectionStrategyThresholdBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Threshold(double value, boolean percentage) {

        public Threshold {
            var violations = new Violations();
            if (percentage) {
                violations.wholePercent("", value);
            } else {
                violations.require(
                        Double.compare(value, 0) >= 0 && value <= Double.MAX_VALUE,
                        "",
                        "must be a number >= 0",
                        value);
            }
            violations.throwIfAny();
        }

        /** Starts a builder; every field is required. */
        public static AdaptiveOverloadProtectionStrategyThresholdBuilders.Value builder() {
            return AdaptiveOverloadProtectionStrategyThresholdBuilder.builder();
        }

        /** Starts a builder from these values. */
        public AdaptiveOverloadProtectionStrategyThresholdBuilder toBuilder() {
            return AdaptiveOverloadProtectionStrategyThresholdBuilder.from(this);
        }

        /** Returns a threshold for the CPU. */
        public static Threshold ofCpu(double ratio) {
            return builder().value(ratio).percentage(true).build();
        }

        /** Returns a threshold for the load average. */
        public static Threshold ofLoad(double loadAverage) {
            return builder().value(loadAverage).percentage(false).build();
        }

        /** Returns the threshold as documents write it, {@code 82%} or {@code 4.5}. */
        @Override
        public String toString() {
            return percentage ? Math.round(value * 100) + "%" : Double.toString(value);
        }
    }
}
