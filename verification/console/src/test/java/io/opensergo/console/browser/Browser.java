package io.opensergo.console.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.remote.CapabilityType;

/** Chromium, and what a person does with it: waits until something is seen, types, clicks. */
final class Browser implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts one. Skips the test that asks for it where there is none, unless it is required. */
    static Browser start() {
        boolean isThere = Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER);
        if (!isThere && System.getProperty("browser.required") == null) {
            System.out.println(
                    "The console's page is not tested: there is no Chromium here"
                            + " (apt-get install chromium chromium-driver)");
            Assumptions.abort("there is no " + CHROMIUM + " with " + DRIVER);
        }
        assertThat(CHROMIUM).isExecutable();
        assertThat(DRIVER).isExecutable();
        var options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--disable-quic",
                "--lang=en-US",
                "--window-size=1200,1000");
        var logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        options.setCapability(CapabilityType.ACCEPT_INSECURE_CERTS, false);
        ChromeDriverService service =
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .usingAnyFreePort()
                        .build();
        return new Browser(new ChromeDriver(service, options));
    }

    /** Opens an address as if nobody had been there before. */
    void openAnew(String url) {
        driver.get(url);
        driver.manage().deleteAllCookies();
        driver.executeScript("localStorage.clear()");
        driver.get("about:blank");
        driver.get(url);
    }

    void open(String url) {
        driver.get("about:blank");
        driver.get(url);
    }

    /** Waits until an element is seen, and returns it. */
    WebElement see(String css) {
        return waitFor(
                () ->
                        driver.findElements(By.cssSelector(css)).stream()
                                .filter(WebElement::isDisplayed)
                                .findFirst()
                                .orElse(null),
                css);
    }

    /** Waits until an element with a text in it is seen, and returns it. */
    WebElement see(String css, String text) {
        return waitFor(
                () ->
                        driver.findElements(By.cssSelector(css)).stream()
                                .filter(WebElement::isDisplayed)
                                .filter(each -> each.getText().contains(text))
                                .findFirst()
                                .orElse(null),
                css + " with '" + text + "'");
    }

    void seeNoMore(String css) {
        waitFor(
                () ->
                        driver.findElements(By.cssSelector(css)).stream()
                                        .noneMatch(WebElement::isDisplayed)
                                ? true
                                : null,
                "no " + css);
    }

    /** A page that changes meanwhile is looked at again. */
    private <T> T waitFor(java.util.function.Supplier<T> look, String what) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                T found = look.get();
                if (found != null) {
                    return found;
                }
            } catch (org.openqa.selenium.StaleElementReferenceException e) {
                // look again
            }
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        what
                                + " is not seen; the page says: "
                                + driver.findElement(By.tagName("body")).getText());
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000); // between looks
        }
    }

    void click(String css, String text) {
        for (int i = 0; ; i++) {
            try {
                see(css, text).click();
                return;
            } catch (WebDriverException e) {
                if (i == 3) {
                    throw e;
                }
            }
        }
    }

    /** Puts a text in the place of what a field holds, at once. */
    void paste(String css, String text) {
        driver.executeScript(
                """
                const field = arguments[0];
                field.focus();
                field.value = arguments[1];
                field.dispatchEvent(new InputEvent('input', {bubbles: true}));
                """,
                see(css),
                text);
    }

    /** Puts a text in the place of what a field holds, by its keys. */
    void type(String css, String text) {
        WebElement element = see(css);
        element.sendKeys(Keys.chord(Keys.CONTROL, "a"));
        element.sendKeys(text);
    }

    String valueOf(String css) {
        return String.valueOf(see(css).getDomProperty("value"));
    }

    Object run(String script) {
        return driver.executeScript(script);
    }

    /** Answers the question that the page asks in a dialog of the browser's own. */
    void accept() {
        driver.switchTo().alert().accept();
    }

    void newTab() {
        driver.switchTo().newWindow(org.openqa.selenium.WindowType.TAB);
    }

    String tab() {
        return driver.getWindowHandle();
    }

    void toTab(String tab) {
        driver.switchTo().window(tab);
    }

    /** Returns the errors of the console of developers, such as what the CSP kept from running. */
    List<String> errors() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(each -> each.getLevel().intValue() >= Level.WARNING.intValue())
                .map(each -> each.getMessage())
                .toList();
    }

    String cookies() {
        return String.valueOf(driver.manage().getCookies());
    }

    @Override
    public void close() {
        driver.quit();
    }
}
