// Two real containers in one JVM: Tomcat 10 for jakarta.servlet, Jetty 9 for javax.servlet; prints their ports.
import java.io.File;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.logging.LogManager;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.servlet.FilterHolder;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;

public final class Server {
    private Server() {}

    /**
     * Arguments: a folder of its own; how many filters there are, in packages jakarta0, jakarta1, ... and javax0, ...; and
     * how many Spring configurations, in packages spring0, ..., whose filters come after those in Jetty.
     */
    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        System.setProperty("org.eclipse.jetty.util.log.class", "org.eclipse.jetty.util.log.StdErrLog");
        System.setProperty("org.eclipse.jetty.LEVEL", "OFF");
        int count = Integer.parseInt(arguments[1]);
        List<String> javax = names("javax", count, "CorsPolicyFilter");
        javax.addAll(names("spring", Integer.parseInt(arguments[2]), "CorsPolicyConfiguration"));
        int tomcat = tomcat(new File(arguments[0]), names("jakarta", count, "CorsPolicyFilter"));
        System.out.println(tomcat + " " + jetty(javax));
        // Ends with the process that started it.
        while (System.in.read() >= 0) continue;
        System.exit(0);
    }

    private static List<String> names(String kind, int count, String className) {
        List<String> names = new ArrayList<>();
        for (int index = 0; index < count; index++) names.add(kind + index + "." + className);
        return names;
    }

    // Every way to map a servlet from outside is deprecated, and the only one.
    @SuppressWarnings("deprecation")
    private static int tomcat(File folder, List<String> filters) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.getPath());
        tomcat.setPort(0);
        Connector connector = tomcat.getConnector();
        // As lenient as it can be made: what it refuses itself, no filter sees.
        connector.setProperty("relaxedPathChars", "\"<>[\\]^`{|}");
        connector.setProperty("allowHostHeaderMismatch", "true");
        connector.setProperty("address", "127.0.0.1");
        connector.setEncodedSolidusHandling("passthrough");
        connector.setProperty("encodedReverseSolidusHandling", "passthrough");
        connector.setAllowBackslash(true);
        Context context = tomcat.addContext("", Files.createDirectories(new File(folder, "root").toPath()).toString());
        Tomcat.addServlet(context, "app", new upstream.Upstream.App()).setAsyncSupported(true);
        context.addServletMappingDecoded("/", "app");
        FilterDef definition = new FilterDef();
        definition.setFilterName("cors");
        definition.setFilter(new upstream.Upstream.Selector(filters));
        definition.setAsyncSupported("true");
        context.addFilterDef(definition);
        FilterMap map = new FilterMap();
        map.setFilterName("cors");
        map.addURLPattern("/*");
        for (jakarta.servlet.DispatcherType type : jakarta.servlet.DispatcherType.values()) map.setDispatcher(type.name());
        context.addFilterMap(map);
        ErrorPage page = new ErrorPage();
        page.setErrorCode(418);
        page.setLocation("/error-page");
        context.addErrorPage(page);
        tomcat.start();
        return connector.getLocalPort();
    }

    private static int jetty(List<String> filters) throws Exception {
        org.eclipse.jetty.server.Server server = new org.eclipse.jetty.server.Server();
        HttpConnectionFactory http = new HttpConnectionFactory(new HttpConfiguration(), HttpCompliance.RFC7230);
        ServerConnector connector = new ServerConnector(server, http);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler handler = new ServletContextHandler();
        ServletHolder app = new ServletHolder(new upstreamjavax.Upstream.App());
        app.setAsyncSupported(true);
        handler.addServlet(app, "/");
        FilterHolder filter = new FilterHolder(new upstreamjavax.Upstream.Selector(filters));
        filter.setAsyncSupported(true);
        handler.addFilter(filter, "/*", EnumSet.allOf(javax.servlet.DispatcherType.class));
        ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
        errors.addErrorPage(418, "/error-page");
        handler.setErrorHandler(errors);
        server.setHandler(handler);
        server.start();
        return connector.getLocalPort();
    }
}
