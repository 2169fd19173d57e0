/// Live pages to ask.
module Alignment.Tests.ServeFixtures

open System
open System.IO
open System.Net.Http
open System.Net.Sockets
open System.Text
open Alignment.Runtime
open Alignment.Serve
open Alignment.Tests.Fixtures
open Alignment.Tests.RunFixtures

/// A run that measured this, and ended or is still at it as its writer is.
let measured parent name minute seed (points: (int64 * float * (string * float) list) list) =
    let writer = beginning parent name minute [] None "rm+" seed

    for step, seconds, metrics in points do
        writer.Measured(point step seconds metrics)

    writer

let ended (writer: RunWriter) =
    writer.End(RunState.Finished, "Finished.")
    writer.Dispose()
    writer.Folder

/// A page over a folder, looked at often, so that tests need not wait.
let serving (change: ServeOptions -> ServeOptions) folder (action: LivePage -> HttpClient -> 'a) =
    let options =
        ServeOptions(Folder = folder, Port = 0, Interval = TimeSpan.FromMilliseconds 50.0) |> change

    let page = LivePage.StartAsync(options).GetAwaiter().GetResult()

    try
        use handler = new HttpClientHandler(AllowAutoRedirect = false, UseCookies = false)
        use client = new HttpClient(handler, BaseAddress = Uri(page.Address.GetLeftPart UriPartial.Authority))
        action page client
    finally
        page.DisposeAsync().AsTask().GetAwaiter().GetResult()

/// Status and text of an answer.
let answered (client: HttpClient) (request: HttpRequestMessage) =
    use response = client.Send request
    use reader = new StreamReader(response.Content.ReadAsStream())
    int response.StatusCode, reader.ReadToEnd()

let get client (path: string) =
    use request = new HttpRequestMessage(HttpMethod.Get, path)
    answered client request

/// A request as it is written, with nothing put right on the way: an HTTP client takes `..` out before it asks.
let raw (page: LivePage) (target: string) (headers: (string * string) list) =
    use socket = new TcpClient("127.0.0.1", page.Address.Port)
    use stream = socket.GetStream()

    let lines = [
        $"GET %s{target} HTTP/1.1"
        if not (List.exists (fst >> (=) "Host") headers) then
            $"Host: 127.0.0.1:%d{page.Address.Port}"
        for name, value in headers do
            $"%s{name}: %s{value}"
        "Connection: close"
        ""
        ""
    ]

    stream.Write(Encoding.ASCII.GetBytes(String.concat "\r\n" lines))
    use reader = new StreamReader(stream)
    let answer = reader.ReadToEnd()
    int (answer.Split(' ')[1]), answer
