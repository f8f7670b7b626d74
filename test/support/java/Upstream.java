// The application behind a generated filter, and the filter that chooses one: each request names both in headers.
package upstream;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

public final class Upstream {
    private static final String OTHER = "https://other.example";
    private static final Set<String> REACHED = ConcurrentHashMap.newKeySet();

    private Upstream() {}

    /** Hands each request to the filter that X-Policy names. */
    public static final class Selector implements Filter {
        private final List<Filter> filters = new ArrayList<>();

        public Selector(List<String> classNames) throws ReflectiveOperationException {
            for (String name : classNames) {
                Object made = Class.forName(name).getDeclaredConstructor().newInstance();
                filters.add(made instanceof Filter ? (Filter) made : registered(made));
            }
        }

        /** What a Spring configuration registers. */
        private static Filter registered(Object configuration) throws ReflectiveOperationException {
            Object registration = configuration.getClass().getMethod("corsPolicyFilter").invoke(configuration);
            return (Filter) registration.getClass().getMethod("getFilter").invoke(registration);
        }

        @Override
        public void init(FilterConfig config) {}

        @Override
        public void destroy() {}

        @Override
        public void doFilter(ServletRequest asked, ServletResponse answered, FilterChain chain)
                throws IOException, ServletException {
            String policy = ((HttpServletRequest) asked).getHeader("X-Policy");
            if (policy == null) chain.doFilter(asked, answered);
            else filters.get(Integer.parseInt(policy)).doFilter(asked, answered, chain);
        }
    }

    /** Behaves as X-App says. */
    public static final class App extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws IOException, ServletException {
            if (request.getHeader("X-Control") != null) {
                control(request, response);
                return;
            }
            REACHED.add(String.valueOf(request.getHeader("X-Id")));
            String behaviour = request.getHeader("X-App") == null ? "plain" : request.getHeader("X-App");
            if (request.getDispatcherType() != DispatcherType.REQUEST) {
                ownCors(response);
                response.getWriter().print("application");
                return;
            }
            behave(behaviour, request, response);
        }

        private void behave(String behaviour, HttpServletRequest request, HttpServletResponse response)
                throws IOException, ServletException {
            switch (behaviour) {
                case "own-cors":
                    ownCors(response);
                    break;
                case "reflect":
                    response.setHeader("access-control-allow-origin", String.valueOf(request.getHeader("Origin")));
                    response.setHeader("ACCESS-CONTROL-ALLOW-CREDENTIALS", "true");
                    response.setHeader("Vary", "Origin");
                    break;
                case "add-cors":
                    response.addHeader("Access-Control-Allow-Origin", OTHER);
                    response.addHeader("Access-Control-Allow-Origin", "*");
                    response.addIntHeader("Access-Control-Max-Age", 5);
                    response.addDateHeader("Access-Control-Allow-Headers", 0);
                    break;
                case "expose":
                    response.addHeader("Access-Control-Expose-Headers", "X-Gone");
                    response.setHeader("Access-Control-Expose-Headers", "Content-Disposition, etag,, *, b ad");
                    break;
                case "expose-twice":
                    response.addHeader("Access-Control-Expose-Headers", "X-One");
                    response.addHeader("access-control-expose-headers", "X-Two, x-one");
                    break;
                case "vary":
                    response.setHeader("Vary", "Accept-Encoding");
                    break;
                case "vary-add":
                    response.addHeader("Vary", "Accept-Encoding");
                    response.addHeader("vary", "Accept, accept-encoding");
                    break;
                case "vary-star":
                    response.setHeader("Vary", "*");
                    break;
                case "vary-lower":
                    response.setHeader("Vary", "accept, origin");
                    break;
                case "not-found":
                    ownCors(response);
                    response.sendError(404);
                    return;
                case "send-500":
                    response.sendError(500, "said");
                    return;
                case "throw":
                    ownCors(response);
                    throw new IllegalStateException("thrown on purpose");
                case "throw-servlet":
                    throw new ServletException("thrown on purpose");
                case "error-page":
                    response.sendError(418);
                    return;
                case "redirect":
                    ownCors(response);
                    response.sendRedirect("/elsewhere");
                    return;
                case "reset":
                    ownCors(response);
                    response.reset();
                    break;
                case "flush":
                    response.flushBuffer();
                    ownCors(response);
                    break;
                case "large":
                    ownCors(response);
                    for (int line = 0; line < 2000; line++) response.getWriter().println("a line of a larger body");
                    return;
                case "not-modified":
                    response.setStatus(304);
                    return;
                case "forward":
                    request.getRequestDispatcher("/forwarded").forward(request, response);
                    return;
                case "async": {
                    AsyncContext context = request.startAsync();
                    context.start(() -> {
                        try {
                            HttpServletResponse late = (HttpServletResponse) context.getResponse();
                            ownCors(late);
                            late.getWriter().print("application");
                        } catch (IOException gone) {
                            // Nobody is left to be answered.
                        }
                        context.complete();
                    });
                    return;
                }
                case "async-dispatch":
                    request.startAsync().dispatch("/dispatched");
                    return;
                default:
                    break;
            }
            response.getWriter().print("application");
        }

        private static void ownCors(HttpServletResponse response) {
            response.setHeader("Access-Control-Allow-Origin", OTHER);
            response.setHeader("Access-Control-Allow-Credentials", "true");
            response.setHeader("Access-Control-Allow-Methods", "PURGE");
            response.setHeader("Access-Control-Allow-Headers", "X-Evil");
            response.setIntHeader("Access-Control-Max-Age", 5);
            response.setHeader("Access-Control-Allow-Private-Network", "true");
        }

        private static void control(HttpServletRequest request, HttpServletResponse response) throws IOException {
            StringBuilder said = new StringBuilder();
            if (request.getHeader("X-Control").equals("reached")) said.append(String.join(" ", REACHED));
            else match(request, said);
            byte[] body = said.toString().getBytes(StandardCharsets.US_ASCII);
            // Not in chunks.
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        }

        /** For each block of lines: a pattern, then the texts that it is tried on. */
        private static void match(HttpServletRequest request, StringBuilder said) throws IOException {
            try (BufferedReader body = request.getReader()) {
                Pattern pattern = null;
                for (String line = body.readLine(); line != null; line = body.readLine()) {
                    if (line.isEmpty()) pattern = null;
                    else if (pattern == null) pattern = Pattern.compile(line);
                    else said.append(pattern.matcher(line).lookingAt() ? '1' : '0');
                }
            }
        }
    }
}
