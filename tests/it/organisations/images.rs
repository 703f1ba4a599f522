//! Pictures that organisations upload.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use kepu::domain::ids::ImageId;
use kepu::domain::images::MOST_BYTES;

use super::*;

const BOUNDARY: &str = "----kepu";

/// A photograph of this size as a file.
fn photo(width: u32, height: u32) -> Vec<u8> {
    let pixel = |x: u32, y: u32| Rgb([(x % 256) as u8, (y % 256) as u8, 7]);
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel))
        .write_to(&mut file, ImageFormat::Jpeg)
        .unwrap();
    file.into_inner()
}

/// A form as `wx.uploadFile` sends it.
fn form(file: Option<&[u8]>, texts: &[(&str, &str)]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, text) in texts {
        let part =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        form.extend_from_slice(part.as_bytes());
    }
    if let Some(file) = file {
        let head =
            "Content-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg";
        form.extend_from_slice(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").as_bytes());
        form.extend_from_slice(file);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    form
}

fn uploading(server: &Server, token: &str, form: Vec<u8>) -> reqwest::RequestBuilder {
    let request = server.client.post(server.url("/v1/manage/images")).bearer_auth(token);
    request.header("Content-Type", format!("multipart/form-data; boundary={BOUNDARY}")).body(form)
}

async fn upload(server: &Server, token: &str, form: Vec<u8>) -> Answer {
    server.send(uploading(server, token, form)).await
}

/// The size of a picture that is served.
async fn served(server: &Server, path: &str) -> (u32, u32) {
    let response = server.client.get(server.url(path)).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &"image/jpeg".parse().unwrap())
    );
    let read = image::load_from_memory(&response.bytes().await.unwrap()).unwrap();
    (read.width(), read.height())
}

on_both_stores! {
    async fn a_picture_is_served_in_the_size_that_fits(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let made = upload(&server, &owner, form(Some(&photo(800, 400)), &[("alt", "展厅里的恐龙骨架")])).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let made = made.json();
        assert_eq!((&made["width"], &made["height"], &made["alt"]), (&json!(800), &json!(400), &json!("展厅里的恐龙骨架")));
        assert_eq!(made["organisationId"], json!(id));
        let path = format!("/v1/images/{}", made["id"].as_str().unwrap());
        assert_eq!(made["url"], format!("http://{}{path}", server.running.address));
        for (query, size) in [("", (800, 400)), ("?w=100", (320, 160)), ("?w=321", (640, 320)), ("?w=2000", (800, 400))] {
            assert_eq!(served(&server, &format!("{path}{query}")).await, size, "{query}");
        }
        let listed = get(&server, "/v1/manage/images", &owner).await;
        assert_eq!((&listed["total"], &listed["items"][0]), (&json!(1), &made));
    }

    async fn the_same_file_is_kept_once_and_a_lost_answer_is_had_again(store: Store) {
        let server = town(store).await;
        let (_, _, owner) = verified(&server).await;
        let file = photo(64, 64);
        let first = upload(&server, &owner, form(Some(&file), &[("alt", "甲")])).await.json();
        assert_eq!(upload(&server, &owner, form(Some(&file), &[("alt", "甲")])).await.json(), first);
        let other = upload(&server, &owner, form(Some(&file), &[("alt", "乙")])).await.json();
        assert_ne!(other["id"], first["id"]);
        let keyed = |form| uploading(&server, &owner, form).header("Idempotency-Key", "k1");
        let kept = server.send(keyed(form(Some(&photo(65, 64)), &[("alt", "丙")]))).await.json();
        let again = server.send(keyed(form(Some(&photo(65, 64)), &[("alt", "丙")]))).await.json();
        assert_eq!(again["id"], kept["id"]);
        let reused = server.send(keyed(form(Some(&photo(66, 64)), &[("alt", "丙")]))).await;
        assert_problem(&reused, 409, "keyReused");
    }

    async fn what_is_wrong_with_an_upload_is_named(store: Store) {
        let server = town(store).await;
        let (_, _, owner) = verified(&server).await;
        let file = photo(32, 32);
        let long = "字".repeat(201);
        for (form, fields) in [
            (form(Some(&file), &[]), vec!["alt missing"]),
            (form(Some(&file), &[("alt", "")]), vec!["alt empty"]),
            (form(Some(&file), &[("alt", &long)]), vec!["alt tooLong"]),
            (form(None, &[("alt", "甲")]), vec!["file missing"]),
            (form(Some(b""), &[("alt", "甲")]), vec!["file missing"]),
            (form(Some(b"<svg/>"), &[("alt", "甲")]), vec!["file notShowable"]),
            (form(Some(&file[..40]), &[("alt", "甲")]), vec!["file notShowable"]),
            (form(Some(&photo(8, 32)), &[("alt", "甲")]), vec!["file notShowable"]),
            (form(Some(&file), &[("alt", "甲"), ("organisation", "museum")]), vec!["organisation malformed"]),
            (form(Some(&file), &[("alt", "甲"), ("alt", "乙")]), vec!["alt repeated"]),
            (form(Some(&file), &[("alt", "甲"), ("colour", "red")]), vec!["colour unknown"]),
        ] {
            let refused = upload(&server, &owner, form).await;
            assert_eq!(refused.status, 422, "{fields:?} {}", refused.text);
            let errors = refused.json()["errors"].as_array().unwrap().clone();
            let told: Vec<_> = errors.iter().map(|one| format!("{} {}", one["field"].as_str().unwrap(), one["code"].as_str().unwrap())).collect();
            assert_eq!(told, fields);
        }
        let plain = server.client.post(server.url("/v1/manage/images")).bearer_auth(&owner).body(file.clone());
        assert_problem(&server.send(plain).await, 400, "malformedRequest");
        let cut = form(Some(&file), &[("alt", "甲")]);
        assert_problem(&upload(&server, &owner, cut[..cut.len() - 30].to_vec()).await, 400, "malformedRequest");
        let large = vec![0xff; MOST_BYTES + 1];
        assert_problem(&upload(&server, &owner, form(Some(&large), &[("alt", "甲")])).await, 413, "payloadTooLarge");
        let huge = vec![0xff; MOST_BYTES + 1024 * 1024];
        let huge = upload(&server, &owner, form(Some(&huge), &[("alt", "甲")])).await;
        assert_problem(&huge, 413, "payloadTooLarge");
    }

    async fn only_its_editors_and_its_authority_remove_a_picture(store: Store) {
        let server = town(store).await;
        let (id, _, owner) = verified(&server).await;
        let file = form(Some(&photo(40, 40)), &[("alt", "甲")]);
        let desk = with(&server, member(MemberRole::Desk, id));
        let named = form(Some(&photo(40, 40)), &[("alt", "甲"), ("organisation", &id.to_string())]);
        assert_problem(&upload(&server, &desk, named.clone()).await, 403, "forbidden");
        let stranger = with(&server, over("440100", AuthorityRole::Reviewer));
        assert_problem(&upload(&server, &stranger, named).await, 403, "forbidden");

        let first = upload(&server, &owner, file.clone()).await.json()["id"].as_str().unwrap().to_owned();
        let managed = format!("/v1/manage/images/{first}");
        for other in [&desk, &stranger] {
            assert_problem(&ask(&server, Method::DELETE, &managed, other, None).await, 403, "forbidden");
        }
        assert_eq!(ask(&server, Method::DELETE, &managed, &owner, None).await.status, 204);
        assert_problem(&ask(&server, Method::DELETE, &managed, &owner, None).await, 404, "notFound");
        assert_eq!(server.get(&format!("/v1/images/{first}")).await.status, 404);

        server.clock.advance(chrono::TimeDelta::seconds(1));
        let second = upload(&server, &owner, file).await.json()["id"].as_str().unwrap().to_owned();
        let takedown = format!("/v1/admin/images/{second}/takedown");
        let because = json!({ "reason": "照片里的孩子的家长不同意" });
        let elsewhere = with(&server, over("440300", AuthorityRole::Administrator));
        assert_problem(&post(&server, &takedown, &elsewhere, Some(because.clone())).await, 403, "forbidden");
        let authority = with(&server, over("440100", AuthorityRole::Administrator));
        assert_eq!(post(&server, &takedown, &authority, Some(because)).await.status, 204);
        assert_eq!(server.get(&format!("/v1/images/{second}")).await.status, 404);
        let nobodys = format!("/v1/images/{}", ImageId::from_slug("none"));
        assert_eq!(server.get(&nobodys).await.status, 404);
    }

    async fn what_named_a_picture_that_was_taken_down_names_it_no_more(store: Store) {
        let server = town(store).await;
        let (_, _, owner) = verified(&server).await;
        let mut pictures = Vec::new();
        for alt in ["甲", "乙"] {
            let file = form(Some(&photo(40, 40)), &[("alt", alt)]);
            pictures.push(upload(&server, &owner, file).await.json()["id"].as_str().unwrap().to_owned());
            server.clock.advance(chrono::TimeDelta::seconds(1));
        }
        let images: Vec<Value> = pictures.iter().map(|id| json!({ "id": id })).collect();
        let event = json!({
            "title": "观星", "summary": "看星星", "form": "lecture", "topics": ["ocean"], "audiences": [], "free": true,
            "mode": "online", "admission": "walkIn", "images": images,
        });
        let event = post(&server, "/v1/manage/events", &owner, Some(event)).await.json();
        let (id, authority) = (event["id"].as_str().unwrap(), with(&server, over("440100", AuthorityRole::Administrator)));
        let because = json!({ "reason": "照片里的孩子的家长不同意" });
        let done = post(&server, &format!("/v1/admin/events/{id}/publish"), &authority, Some(because.clone())).await;
        assert_eq!(done.status, 200, "{}", done.text);
        let shown = format!("/v1/events/{id}");
        let pictured = async || server.get(&shown).await.text.matches("/v1/images/").count();
        eventually("both are shown", async || (pictured().await >= 2).then_some(())).await;
        let takedown = format!("/v1/admin/images/{}/takedown", pictures[0]);
        assert_eq!(post(&server, &takedown, &authority, Some(because)).await.status, 204);
        eventually("it is not named", async || (!server.get(&shown).await.text.contains(&pictures[0])).then_some(())).await;
        assert!(server.get(&shown).await.text.contains(&pictures[1]));
        let managed = format!("/v1/manage/events/{id}");
        let read = ask(&server, Method::GET, &managed, &owner, None).await.json();
        assert_eq!((read["images"].as_array().unwrap().len(), &read["review"]["state"]), (1, &json!("approved")));
        assert_eq!(ask(&server, Method::PUT, &managed, &owner, Some(read)).await.status, 200, "what was read can be sent back");
        let told = ask(&server, Method::GET, "/v1/me/notices", &owner, None).await.json();
        assert!(told["items"].as_array().unwrap().iter().any(|notice| notice["decision"]["kind"] == "image"), "{told}");
    }
}
