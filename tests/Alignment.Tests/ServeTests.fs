module Alignment.Tests.ServeTests

open System
open System.Diagnostics
open System.IO
open System.Net
open System.Net.Http
open System.Net.Sockets
open System.Threading
open Expecto
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Serve
open Alignment.Tests.Fixtures
open Alignment.Tests.RunFixtures
open Alignment.Tests.ServeFixtures

let private secret = "what nobody may read 4711"

/// A run beside a file that is none of its, and links to it in every place.
let private besideASecret action =
    inFolder (fun outer ->
        let parent = Path.Combine(outer, "runs")
        let run = ended (measured parent "kept" 0.0 "1" [ 1L, 0.1, [ "game/nash_conv", 0.5 ] ])
        File.WriteAllText(Path.Combine(outer, "secret.txt"), secret)
        File.WriteAllText(Path.Combine(parent, "secret.txt"), secret)
        Directory.CreateDirectory(Path.Combine(outer, "private")) |> ignore
        File.WriteAllText(Path.Combine(outer, "private", "secret.txt"), secret)
        File.WriteAllText(run.File "console.log", "what was said")
        File.CreateSymbolicLink(run.File "link.txt", Path.Combine(outer, "secret.txt")) |> ignore
        Directory.CreateSymbolicLink(run.File "folder", Path.Combine(outer, "private")) |> ignore

        serving id parent (fun page client -> action outer run page client))

let private paths =
    testList "no path leads out of the folder" [
        for path in
            [
                "../secret.txt"
                "../../secret.txt"
                "..%2fsecret.txt"
                "%2e%2e/secret.txt"
                "%2e%2e%2fsecret.txt"
                "..%5csecret.txt"
                "%252e%252e%252fsecret.txt"
                "console.log/../../secret.txt"
                "./../secret.txt"
                "..%c0%afsecret.txt"
                "link.txt"
                "folder/secret.txt"
                "folder%2fsecret.txt"
                "/etc/passwd"
                "%2fetc%2fpasswd"
                "file:///etc/passwd"
                "lock"
                "console.log%00.txt"
                "CONSOLE.LOG"
                ""
            ] do
            testCase $"files/%s{path}" (fun () ->
                besideASecret (fun _ run page _ ->
                    let status, answer = raw page $"/runs/%s{run.Id}/files/%s{path}" []
                    Expect.isFalse (answer.Contains secret) "nothing of it"
                    Expect.isFalse (answer.Contains "root:") "nor of the system's"
                    Expect.isTrue (status = 404 || status = 400) $"refused: %d{status}"))

        for id in [ ".."; "%2e%2e"; "."; "..%2f.."; "latest"; "secret.txt"; "%2fetc" ] do
            for rest in [ "files/secret.txt"; "files/passwd"; "report"; "metrics.csv" ] do
                testCase $"runs/%s{id}/%s{rest}" (fun () ->
                    besideASecret (fun outer _ page _ ->
                        File.WriteAllText(Path.Combine(outer, "run.json"), secret)
                        let status, answer = raw page $"/runs/%s{id}/%s{rest}" []
                        Expect.isFalse (answer.Contains secret) "nothing of it"
                        Expect.isTrue (status = 404 || status = 400) $"refused: %d{status}"))

        testCase "files of the run are there, as text that nothing runs" (fun () ->
            besideASecret (fun _ run page _ ->
                let status, answer = raw page $"/runs/%s{run.Id}/files/console.log" []
                Expect.equal status 200 "found"
                Expect.stringContains answer "what was said" "its text"
                Expect.stringContains answer "Content-Type: text/plain" "as text"
                Expect.stringContains answer "Content-Security-Policy: default-src 'none'; sandbox" "and no more"))

        testCase "a folder that is a link is no run, and says so" (fun () ->
            inFolder (fun outer ->
                let elsewhere = ended (measured (Path.Combine(outer, "other")) "far" 0.0 "1" [ 1L, 0.1, [] ])
                let parent = Path.Combine(outer, "runs")
                let near = ended (measured parent "near" 0.0 "1" [ 1L, 0.1, [] ])
                Directory.CreateSymbolicLink(Path.Combine(parent, "linked"), elsewhere.Path) |> ignore

                serving id parent (fun _ client ->
                    let _, runs = get client "/api/runs"
                    Expect.stringContains runs near.Id "the run here"
                    Expect.isFalse (runs.Contains "far") "not the one there"
                    Expect.equal (fst (get client "/runs/linked/report")) 404 "nor its report")))

        testCase "a run whose files became links is shut" (fun () ->
            inFolder (fun outer ->
                let parent = Path.Combine(outer, "runs")
                let run = ended (measured parent "kept" 0.0 "1" [ 1L, 0.1, [ "game/nash_conv", 0.5 ] ])
                File.WriteAllText(Path.Combine(outer, "secret.txt"), secret)

                serving id parent (fun _ client ->
                    Expect.equal (fst (get client $"/runs/%s{run.Id}/report")) 200 "at first"
                    File.Delete(run.File RunFiles.Spec)
                    File.CreateSymbolicLink(run.File RunFiles.Spec, Path.Combine(outer, "secret.txt")) |> ignore
                    let status, report = get client $"/runs/%s{run.Id}/report"
                    Expect.equal status 404 "no more"
                    Expect.isFalse (report.Contains secret) "nothing of it")))
    ]

let private visitors =
    testList "who may ask" [
        for host, expected in
            [
                "127.0.0.1", 200
                "localhost:6460", 200
                "[::1]:80", 200
                "evil.example", 403
                "127.0.0.1.evil.example", 403
                "192.168.1.7", 403
                "", 403
            ] do
            testCase $"as '%s{host}'" (fun () ->
                inFolder (fun folder ->
                    serving id folder (fun page _ ->
                        Expect.equal (fst (raw page "/api/runs" [ "Host", host ])) expected "by the name asked for")))

        testCase "with a token, whoever shows it" (fun () ->
            inFolder (fun folder ->
                let token = "0123456789abcdef"
                let withToken (options: ServeOptions) = ServeOptions(Folder = options.Folder, Port = 0, Token = token)

                serving withToken folder (fun page client ->
                    let port = page.Address.Port
                    Expect.equal page.Address.Query $"?token=%s{token}" "the address has it"

                    for path in [ "/"; "/api/runs"; "/assets/main.js"; "/api/events"; "/runs/x/files/y" ] do
                        let status, text = get client path
                        Expect.equal status 401 path
                        Expect.stringContains text "A token is needed" "and how to give it"

                    Expect.equal (fst (get client "/?token=0123456789abcdeg")) 401 "another"
                    let ask = new HttpRequestMessage(HttpMethod.Get, $"/?token=%s{token}")
                    use response = client.Send ask
                    Expect.equal response.StatusCode HttpStatusCode.Found "sent on, without it"
                    Expect.equal (string response.Headers.Location) "/" "to the page"
                    let cookie = Seq.head (response.Headers.GetValues "Set-Cookie")
                    Expect.stringContains cookie "httponly" "no script reads it"
                    Expect.stringContains cookie "samesite=strict" "no other site sends it"
                    let shown = cookie.Split(';')[0]
                    Expect.equal (fst (raw page "/api/runs" [ "Cookie", shown ])) 200 "by cookie"
                    Expect.equal (fst (raw page "/api/runs" [ "Cookie", $"align-%d{port}=no" ])) 401 "a wrong one"
                    let bearer = [ "Authorization", $"Bearer %s{token}" ]
                    Expect.equal (fst (raw page "/api/runs" bearer)) 200 "by header")))

        testCase "elsewhere than on this machine a token is drawn, another each time" (fun () ->
            inFolder (fun folder ->
                let everywhere (options: ServeOptions) =
                    ServeOptions(Folder = options.Folder, Port = 0, Address = IPAddress.Any)

                let token () =
                    serving everywhere folder (fun page _ ->
                        Expect.equal (fst (raw page "/api/runs" [])) 401 "not without"
                        page.Address.Query)

                let one, other = token (), token ()
                Expect.isGreaterThanOrEqual one.Length ("?token=".Length + 32) "128 bits"
                Expect.notEqual one other "drawn anew"))

        testCase "a token that is too short is refused" (fun () ->
            inFolder (fun folder ->
                let short (options: ServeOptions) = ServeOptions(Folder = options.Folder, Token = "short")
                Expect.throwsT<ArgumentException> (fun () -> serving short folder (fun _ _ -> ())) "16 characters"))
    ]

let private stopping =
    let post (client: HttpClient) path (origin: string option) =
        use request = new HttpRequestMessage(HttpMethod.Post, (path: string))
        origin |> Option.iter (fun origin -> request.Headers.Add("Origin", origin))
        answered client request

    testList "stopping a run" [
        testCase "is for the page itself" (fun () ->
            inFolder (fun parent ->
                use writer = measured parent "going" 0.0 "1" [ 1L, 0.1, [] ]

                serving id parent (fun page client ->
                    let path = $"/api/runs/%s{writer.Folder.Id}/stop"
                    let own = page.Address.GetLeftPart UriPartial.Authority

                    for origin in
                        [ None; Some "http://evil.example"; Some "null"; Some(own.Replace("http", "https")) ] do
                        Expect.equal (fst (post client path origin)) 403 $"from %A{origin}"
                        Expect.isFalse writer.IsAskedToStop "not asked"

                    Expect.equal (fst (get client path)) 405 "not by following a link"
                    Expect.equal (fst (post client path (Some own))) 202 "by itself"
                    Expect.isTrue writer.IsAskedToStop "asked")))

        testCase "that has ended is refused" (fun () ->
            inFolder (fun parent ->
                let run = ended (measured parent "over" 0.0 "1" [ 1L, 0.1, [] ])

                serving id parent (fun page client ->
                    let own = Some(page.Address.GetLeftPart UriPartial.Authority)
                    let status, text = post client $"/api/runs/%s{run.Id}/stop" own
                    Expect.equal (status, text.TrimEnd()) (409, $"'%s{run.Id}' is not running.") "and said"
                    Expect.isFalse (File.Exists(run.File RunFiles.Stop)) "nothing written"
                    Expect.equal (fst (post client "/api/runs/none/stop" own)) 404 "nor one that is not there")))

        testCase "ends a real one, which leaves a checkpoint" (fun () ->
            inFolder (fun parent ->
                let start =
                    ProcessStartInfo(
                        "dotnet",
                        [ tool; "solve"; "kuhn_poker"; "--solver"; "cfr+"; "--steps"; "1e12"; "--out"; parent ],
                        RedirectStandardError = true,
                        RedirectStandardOutput = true
                    )

                use child = nonNull (Process.Start start)

                serving id parent (fun page client ->
                    let rec running tries =
                        match Seq.tryHead (RunFolder.All parent) with
                        | Some run when run.Status.State = RunState.Running -> run
                        | _ when tries = 0 -> failtest "the run did not start"
                        | _ ->
                            Thread.Sleep 50
                            running (tries - 1)

                    let run = running 600
                    let own = Some(page.Address.GetLeftPart UriPartial.Authority)
                    Expect.equal (fst (post client $"/api/runs/%s{run.Id}/stop" own)) 202 "asked"
                    Expect.isTrue (child.WaitForExit 30_000) "it ends"
                    Expect.equal child.ExitCode ExitCode.Terminated "as by SIGTERM"
                    Expect.equal run.Status.State RunState.Cancelled "and says so"
                    Expect.isNonEmpty run.Checkpoints "it can go on")))
    ]

let private events =
    testList "events" [
        testCase "tell of all runs first, and of each change" (fun () ->
            inFolder (fun parent ->
                let first = ended (measured parent "first" 0.0 "1" [ 1L, 0.1, [] ])

                serving id parent (fun _ client ->
                    use stream = client.GetStreamAsync("/api/events").GetAwaiter().GetResult()
                    use reader = new StreamReader(stream)

                    let rec next () =
                        match
                            reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds 10.0).GetAwaiter().GetResult()
                        with
                        | null -> failtest "the events ended"
                        | line when line.StartsWith "data:" -> json (line.Substring 5)
                        | _ -> next ()

                    let ids (event: Text.Json.JsonElement) = [
                        for run in event.GetProperty("changed").EnumerateArray() -> string (run.GetProperty "id")
                    ]

                    let before = next ()
                    Expect.equal (ids before) [ first.Id ] "what there is"
                    use second = measured parent "second" 1.0 "2" []
                    // its first look may come between its files
                    let rec until wanted =
                        let event = next ()
                        if wanted event then event else until wanted

                    until (fun event -> ids event = [ second.Folder.Id ]) |> ignore
                    second.Measured(point 7L 0.2 [ "game/nash_conv", 0.25 ])

                    let measured =
                        until (fun event ->
                            event.GetProperty("changed").EnumerateArray()
                            |> Seq.exists (fun run -> run.GetProperty("steps").GetInt64() = 7L))

                    Expect.equal (ids measured) [ second.Folder.Id ] "only the one that changed"
                    Directory.Delete(first.Path, recursive = true)
                    let gone = until (fun event -> event.GetProperty("gone").GetArrayLength() > 0)
                    let ids = [ for id in gone.GetProperty("gone").EnumerateArray() -> string id ]
                    Expect.equal ids [ first.Id ] "and one that went")))
    ]

let private answers =
    testList "answers" [
        testCase "of runs are those of align runs" (fun () ->
            withRuns (fun parent _ _ _ ->
                serving id parent (fun _ client ->
                    let _, text = get client "/api/runs"
                    validBy "runs.json" text

                    let ids (text: string) = [
                        for run in (json text).GetProperty("runs").EnumerateArray() -> string (run.GetProperty "id")
                    ]

                    Expect.equal
                        (ids text)
                        (ids (printed [ "runs"; parent; "--json" ]))
                        "the same runs, the newest first")))

        testCase "of a run have verdict, files and circumstances; of none, a sentence" (fun () ->
            withRuns (fun parent (first, _) _ _ ->
                serving id parent (fun _ client ->
                    let status, text = get client $"/api/runs/%s{first.Id}"
                    Expect.equal status 200 text
                    let verdict = string ((json text).GetProperty "verdict")
                    Expect.stringContains verdict "each deviating alone" "what players could gain"

                    let files = [
                        for f in (json text).GetProperty("files").EnumerateArray() -> string (f.GetProperty "path")
                    ]

                    Expect.contains files "solution.json" "its files"
                    Expect.isFalse (List.contains "lock" files) "but for the lock"
                    Expect.equal (get client "/api/runs/none") (404, "There is no run 'none' here.\n") "none")))

        testCase "hold the report, the comparison and the metrics" (fun () ->
            withRuns (fun parent (first, _) (second, _) _ ->
                serving id parent (fun _ client ->
                    let status, report = get client $"/runs/%s{first.Id}/report"
                    Expect.equal status 200 "the report"
                    Expect.stringContains report "default-src 'none'" "under its policy"
                    let status, comparison = get client $"/compare?run=%s{first.Id}&run=%s{second.Id}"
                    Expect.equal status 200 "the comparison"
                    Expect.stringContains comparison "mmd" "of both"
                    Expect.equal (fst (get client $"/compare?run=%s{first.Id}")) 400 "of one is none"
                    let _, csv = get client $"/runs/%s{first.Id}/metrics.csv"
                    let exported = (printed [ "export"; first.Path ]).TrimEnd() + "\n"
                    Expect.equal csv exported "as align export has them")))

        testCase "carry headers that shut other pages out" (fun () ->
            inFolder (fun folder ->
                serving id folder (fun page _ ->
                    for path in [ "/"; "/assets/main.js"; "/api/runs"; "/nothing" ] do
                        let _, answer = raw page path []
                        Expect.stringContains answer "X-Content-Type-Options: nosniff" path
                        Expect.stringContains answer "Cross-Origin-Resource-Policy: same-origin" path
                        Expect.isFalse (answer.Contains "Server:") "and do not name the server"
                        Expect.isFalse (answer.Contains "Access-Control-Allow") "nor let others read"

                    let _, page = raw page "/" []
                    Expect.stringContains page "default-src 'none'; script-src 'self'" "the page's policy"
                    Expect.isFalse (page.Contains "unsafe-inline") "without exceptions")))
    ]

let private tooling =
    testList "align serve" [
        testCase "needs a folder, a port and an address" (fun () ->
            inFolder (fun folder ->
                refused [ "serve"; "nowhere" ] "There is no folder 'nowhere'."

                refused
                    [ "serve"; folder; "--port"; "70000" ]
                    "--port: expected a whole number from 0 to 65535, got '70000'."

                refused
                    [ "serve"; folder; "--bind"; "example.org" ]
                    "--bind: expected an address of this machine such as 127.0.0.1, or 0.0.0.0 for all, got 'example.org'."

                use taken = new TcpListener(IPAddress.Loopback, 0)
                taken.Start()
                let port = (taken.LocalEndpoint :?> IPEndPoint).Port

                refused
                    [ "serve"; folder; "--port"; string port ]
                    $"Failed to bind to address http://127.0.0.1:%d{port}: address already in use. Choose another --port, or leave it out."))

        testCase "prints its address, serves, and ends by SIGTERM with 0" (fun () ->
            inFolder (fun folder ->
                let info =
                    ProcessStartInfo(
                        "dotnet",
                        [ tool; "serve"; folder; "--port"; "0" ],
                        RedirectStandardOutput = true,
                        RedirectStandardError = true
                    )

                use child = nonNull (Process.Start info)
                let address = Uri(string (child.StandardOutput.ReadLine()))
                use client = new HttpClient(BaseAddress = address)
                Expect.equal (fst (get client "/api/runs")) 200 "it answers"
                // a page that watches does not keep it
                use watching = client.GetStreamAsync("/api/events").GetAwaiter().GetResult()
                Process.Start("kill", [ "-TERM"; string child.Id ]).WaitForExit()
                Expect.isTrue (child.WaitForExit 10_000) "it ends"
                Expect.equal child.ExitCode ExitCode.Done "as asked"))
    ]

[<Tests>]
let tests = testList "live page" [ paths; visitors; stopping; events; answers; tooling ]
