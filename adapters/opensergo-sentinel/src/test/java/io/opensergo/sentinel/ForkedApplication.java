package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.SphO;
import java.util.concurrent.TimeUnit;

/** An application that knows nothing of OpenSergo; with an argument, it makes one request. */
final class ForkedApplication {

    private ForkedApplication() {}

    public static void main(String[] args) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < end) {
            if (!SphO.entry("forked")) {
                System.out.println("refused");
                return;
            }
            SphO.exit();
            if (args.length > 0) {
                System.out.println("not refused");
                return;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        System.out.println("never refused");
    }
}
