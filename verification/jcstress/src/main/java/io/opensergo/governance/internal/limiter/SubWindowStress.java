package io.opensergo.governance.internal.limiter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads at a {@link SubWindow}. */
public final class SubWindowStress {

    private SubWindowStress() {}

    private static int counted(SubWindow part) {
        while (true) {
            long word = part.word();
            if (word < 0) {
                return 0;
            }
            if (part.replace(word, word + 1)) {
                return 1;
            }
        }
    }

    /** One thread counts while another seals. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Counted before the seal.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Sealed, so it was not counted here.")
    @Outcome(expect = FORBIDDEN, desc = "The final counts are not what was counted.")
    @State
    public static class CountAndSeal {

        private final Part part = new Part();

        /** Counts. */
        @Actor
        public void first(II_Result r) {
            r.r1 = counted(part);
        }

        /** Seals. */
        @Actor
        public void second(II_Result r) {
            r.r2 = (int) part.seal();
        }
    }

    /** Both seal, one after it has counted: they must make the same successor. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "1, 1"},
            expect = ACCEPTABLE,
            desc = "Both see the same final counts.")
    @Outcome(expect = FORBIDDEN, desc = "The counts changed after a seal.")
    @State
    public static class SealTwice {

        private final Part part = new Part();

        /** Counts if it still can, and seals. */
        @Actor
        public void first(II_Result r) {
            counted(part);
            r.r1 = (int) part.seal();
        }

        /** Seals. */
        @Actor
        public void second(II_Result r) {
            r.r2 = (int) part.seal();
        }
    }

    private static final class Part extends SubWindow {

        private Part() {
            super(0, 10, History.NONE);
        }
    }
}
